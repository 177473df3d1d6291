//! Whatever is done to a clean run, some checker complains.

use std::time::Instant;

use proptest::prelude::*;

use super::World;
use crate::{Counts, Verdict};

/// What is done to a run.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    /// A record is lost.
    Remove(&'static str),
    /// A record is written twice.
    Copy(&'static str),
    /// Two records of a saga on one topic change places.
    Swap(&'static str),
    /// A record is written to the next partition.
    Move(&'static str),
    /// A command carries the next round.
    NextRound,
}

fn mutations() -> impl Strategy<Value = Mutation> {
    let lost = prop::sample::select(vec!["event ", "command ", "outcome "]).prop_map(Mutation::Remove);
    let copied = prop::sample::select(vec!["event ", "command ", "outcome ", "status "]).prop_map(Mutation::Copy);
    let swapped = prop::sample::select(vec!["event ", "command "]).prop_map(Mutation::Swap);
    let moved = prop::sample::select(vec!["event ", "command ", "outcome ", "status "]).prop_map(Mutation::Move);
    prop_oneof![lost, copied, swapped, moved, Just(Mutation::NextRound)]
}

/// Does it to a record that `choice` picks; says which. `None` when that one has no partner to swap with.
fn mutate(world: &mut World, mutation: Mutation, choice: prop::sample::Index) -> Option<String> {
    let prefix = match mutation {
        Mutation::Remove(prefix) | Mutation::Copy(prefix) | Mutation::Swap(prefix) | Mutation::Move(prefix) => prefix,
        Mutation::NextRound => "command ",
    };
    let rows = || {
        world
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.tag.starts_with(prefix))
    };
    let chosen: Vec<usize> = rows().map(|(at, _)| at).collect();
    let at = chosen[choice.index(chosen.len())];
    let row = world.rows[at].clone();
    match mutation {
        Mutation::Remove(_) => drop(world.rows.remove(at)),
        Mutation::Copy(_) => {
            let partition = row.record.partition;
            world.again(row.clone(), partition);
        }
        Mutation::Move(_) => {
            world.rows.remove(at);
            let partition = (row.record.partition + 1) % 12;
            world.again(row.clone(), partition);
        }
        Mutation::Swap(_) => {
            let is_partner = |other: &&usize| {
                let record = &world.rows[**other].record;
                **other != at && record.key == row.record.key && record.topic == row.record.topic
            };
            let partner = *chosen.iter().find(is_partner)?;
            world.swap_rows(at, partner);
        }
        Mutation::NextRound => {
            for (name, value) in &mut world.rows[at].record.headers {
                if **name == *"idempotency-key" {
                    let text = String::from_utf8(value.to_vec()).unwrap();
                    let (request, round) = text.rsplit_once('/').unwrap();
                    *value = format!("{request}/{}", round.parse::<u32>().unwrap() + 1).into();
                }
            }
        }
    }
    Some(row.tag)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_run_with_one_fault_never_passes(mutation in mutations(), choice: prop::sample::Index) {
        let mut world = World::clean();
        let tag = mutate(&mut world, mutation, choice);
        prop_assume!(tag.is_some());
        let report = world.audit(World::options());
        prop_assert!(report.verdict == Verdict::Failed, "{:?} of {:?}", mutation, tag);
    }

    #[test]
    fn partitions_may_come_in_any_order(seed: u64) {
        let mut world = World::clean();
        let of = |row: &super::world::Row| {
            let text = format!("{}/{}/{seed}", row.record.topic, row.record.partition);
            (palinode_wire::murmur2(text.as_bytes()), text)
        };
        world.rows.sort_by_cached_key(of);
        world.passes();
    }
}

#[test]
fn a_clean_run_passes_and_is_counted() {
    let report = World::clean().audit(World::options());
    assert_eq!(report.verdict, Verdict::Passed, "{report}");
    let Counts {
        sagas,
        completed,
        compensated,
        suspended,
        open,
        forwarded,
        dead_letters,
        rejections,
        ..
    } = report.counts;
    assert_eq!((sagas, completed, compensated, suspended, open), (6, 3, 3, 0, 0));
    assert_eq!((forwarded, dead_letters, rejections), (1, 1, 1));
}

#[test]
fn a_report_is_plain_to_people() {
    let mut world = World::clean();
    world.remove("outcome o-1");
    let text = world.audit(World::options()).to_string();
    for part in [
        "sagas started                6\n",
        "one_outcome             1 violation\n",
        "rounds                  kept\n",
        "one_outcome: event 12 ended the saga COMPLETED, and there is no outcome row\n",
        "    saga   order-fulfilment/o-1\n",
        "    record palinode.journal/",
        "    means  an order has no end",
        "The audit failed: 1 violation.",
    ] {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }
}

#[test]
fn a_large_run_passes() {
    let world = World::of(LARGE);
    let begun = Instant::now();
    let report = world.audit(World::options());
    println!("{} records in {:?}", report.counts.records, begun.elapsed());
    assert_eq!(report.verdict, Verdict::Passed, "{report}");
    assert_eq!(report.counts.sagas, LARGE as u64);
}

/// Sagas of the large run: enough for several of each kind on each partition.
const LARGE: usize = 1_000;
