//! Whatever members do in whatever order: no partition ever has two owners, and in the end each has one.

use std::time::Duration;

use proptest::prelude::*;

use super::testing::{Client, SHORTEST_TIMEOUT, state, world};
use crate::testing::World;

#[derive(Clone, Debug)]
enum Action {
    Beat(usize),
    Leave(usize),
    Crash(usize),
    Pass(u64),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (0..4usize).prop_map(Action::Beat),
        1 => (0..4usize).prop_map(Action::Leave),
        1 => (0..4usize).prop_map(Action::Crash),
        2 => (1..50_000u64).prop_map(Action::Pass),
    ]
}

/// No two members own a partition; one that was silent for longer than it may be knows that it owns nothing.
fn check_owners(world: &World, clients: &[Client]) {
    let is_sure = |client: &&Client| world.now < client.heard.plus(SHORTEST_TIMEOUT);
    let mut owned: Vec<i32> = clients
        .iter()
        .filter(is_sure)
        .flat_map(|client| client.owned.clone())
        .collect();
    let all = owned.len();
    owned.sort_unstable();
    owned.dedup();
    assert_eq!(owned.len(), all, "a partition has two owners: {clients:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn any_interleaving_ends_with_an_owner_for_each_partition_and_never_has_two(
        actions in prop::collection::vec(action(), 0..80),
        range in any::<bool>(),
    ) {
        let mut world = world(7);
        let assignor = range.then_some("range");
        let mut clients = ["a", "b", "c", "d"].map(|id| Client { assignor, ..Client::new(id) });
        for action in actions {
            match action {
                Action::Beat(number) => {
                    clients[number].beat(&mut world);
                }
                Action::Leave(number) => {
                    clients[number].leave(&mut world, -1);
                }
                Action::Crash(number) => {
                    // It has forgotten everything; the broker takes it for one whose answer was lost, or fences it.
                    clients[number].epoch = 0;
                    clients[number].owned.clear();
                }
                Action::Pass(millis) => {
                    world.advance(Duration::from_millis(millis));
                }
            }
            check_owners(&world, &clients);
        }
        for _ in 0..40 {
            for client in &mut clients {
            client.beat(&mut world);
        }
            check_owners(&world, &clients);
            world.advance(Duration::from_secs(5));
        }
        let mut owned: Vec<i32> = clients.iter().flat_map(|client| client.owned.clone()).collect();
        owned.sort_unstable();
        prop_assert_eq!(owned, (0..7).collect::<Vec<_>>());
        prop_assert!(clients.iter().all(|client| client.owned.len() <= 2));
        prop_assert_eq!(state(&mut world), "Stable");
    }
}
