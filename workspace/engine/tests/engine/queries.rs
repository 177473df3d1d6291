//! What the running task answers about its sagas.

use palinode_core::{Saga, SagaId};
use palinode_engine::cycle::Signal;

use crate::support::World;

#[test]
fn open_and_closed_sagas_are_found_and_open_ones_listed_page_by_page() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    for order in ["a", "b", "c", "d"] {
        world.place(order);
    }
    task.run();
    for command in world.commands().iter().filter(|command| command.key == "b") {
        world.refuse(command, "NO");
    }
    task.run();
    assert!(matches!(task.saga("a"), Some(Saga::Open(_))));
    assert!(matches!(task.saga("b"), Some(Saga::Closed(_))));
    assert!(task.saga("z").is_none());
    let page = |after: Option<&SagaId>| -> Vec<SagaId> {
        let found = task.cycle().open_sagas(after, 2).unwrap().unwrap();
        found.into_iter().map(|(id, _)| id).collect()
    };
    let first = page(None);
    assert_eq!(first.iter().map(|id| id.key.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(
        page(first.last()).iter().map(|id| id.key.as_str()).collect::<Vec<_>>(),
        ["d"]
    );
    task.ends_as_replayed();
}

#[test]
fn a_task_that_does_not_run_here_has_no_answer() {
    let world = World::new();
    let mut task = world.task();
    assert!(task.cycle().saga(&SagaId::new("order-fulfilment", "a")).is_none());
    task.take_over();
    task.tell(Signal::Withdrawn);
    assert!(task.cycle().open_sagas(None, 1).is_none());
}
