//! A world without faults: what customers want comes to its end.

use palinode_simulation::{
    plan::{Definitions, NodePlan, Services, Timed, Wish, WorldPlan},
    world::run,
};

fn calm(seed: u64, nodes: usize, tasks: i32) -> WorldPlan {
    let node = NodePlan {
        clock_ahead_ms: 0,
        is_old: false,
    };
    let order = |order: usize| Timed {
        at_ms: 3_000 + 500 * i64::try_from(order).unwrap(),
        what: Wish::Order { order },
    };
    WorldPlan {
        seed,
        nodes: vec![node; nodes],
        tasks,
        definitions: Definitions::Order,
        marker_delay_ms: None,
        services: Services {
            delay_up_to_ms: 50,
            late_percent: 0,
            silent_percent: 0,
            twice_percent: 0,
            refused_percent: 0,
            failed_percent: 0,
            bare_percent: 0,
            unasked_percent: 0,
            wrong_percent: 0,
            read_uncommitted: false,
        },
        wishes: (0..5).map(order).collect(),
        faults: Vec::new(),
        heal_at_ms: 20_000,
    }
}

#[test]
fn orders_are_fulfilled() {
    for (nodes, tasks) in [(1, 1), (2, 3)] {
        let remains = run(calm(7, nodes, tasks));
        if std::env::var_os("TELL").is_some() {
            for entry in remains.history.entries() {
                println!("{entry}");
            }
        }
        assert_eq!(remains.unrest, None);
        let sagas: Vec<_> = remains.tasks.values().flat_map(|task| &task.kept.sagas).collect();
        assert_eq!(sagas.len(), 5, "{sagas:?}");
        assert!(sagas.iter().all(|(_, saga)| saga.open().is_none()), "{sagas:?}");
        for task in remains.tasks.values() {
            assert_eq!(task.kept, task.replayed);
        }
    }
}
