//! What is counted, and what is missed.

use palinode_core::Timestamp;
use palinode_log::Outcome;

use super::{Coverage, Group};
use crate::{
    Remains,
    checks::{Known, Scene},
    history::{Happened, History},
    plan::{Definitions, Fault, WorldPlan},
    setting::Setting,
};

fn coverage(happened: Vec<(i64, Happened)>) -> Coverage {
    let plan = WorldPlan {
        definitions: Definitions::Order,
        ..WorldPlan::draw(1)
    };
    let known = Known::of(&Setting::new(&plan), plan.tasks);
    let mut history = History::default();
    for (at, what) in happened {
        history.add(Timestamp(at), what);
    }
    let remains = Remains {
        plan,
        history,
        topics: Default::default(),
        tasks: Default::default(),
        unrest: None,
        buffers: Default::default(),
        ended_at: Timestamp(0),
    };
    Coverage::of(&Scene::new(&remains, &known))
}

fn fault(fault: &Fault) -> Happened {
    Happened::Fault {
        kind: fault.kind(),
        what: String::new(),
    }
}

#[test]
fn worlds_are_counted_that_reached_something_not_how_often_they_did() {
    let twice = vec![(1, fault(&Fault::Clean)), (2, fault(&Fault::Clean))];
    let mut coverage = coverage(twice);
    coverage.merge(&coverage.clone());
    assert_eq!(coverage.worlds(), 2);
    let faults = coverage.of_group(Group::Fault);
    assert_eq!(faults["the broker cleans its logs"], 2);
    assert_eq!(faults["kill the broker"], 0);
}

#[test]
fn what_is_never_reached_is_told() {
    let missing = coverage(vec![(1, fault(&Fault::Clean))]).missing();
    assert!(missing.contains(&"of the faults, 'kill the broker' was reached by none of 1 worlds".to_owned()));
    assert!(!missing.iter().any(|missing| missing.contains("cleans")), "{missing:?}");
    assert!(missing.iter().any(|missing| missing.contains("SagaCompleted")));
}

#[test]
fn troubles_that_are_near_each_other_are_a_pair() {
    let broker = || fault(&Fault::Broker { down_ms: 1 });
    let doubt = || Happened::Ended {
        node: 0,
        task: 0,
        transaction: 1,
        told: Outcome::Indefinite { reason: "?".into() },
    };
    let pairs = |coverage: Coverage| -> Vec<String> {
        let of_group = coverage.of_group(Group::Pair);
        let reached = of_group.iter().filter(|(_, count)| **count > 0);
        reached.map(|(name, _)| (*name).to_owned()).collect()
    };
    assert_eq!(
        pairs(coverage(vec![(1, broker()), (4_000, doubt())])),
        ["a broker dies, an EndTxn in doubt"]
    );
    assert!(pairs(coverage(vec![(1, broker()), (9_000, doubt())])).is_empty());
}
