//! A store knows up to where it reflects the journal.

use palinode_core::Timestamp;
use palinode_store::{Activation, Activations, Change, Checkpoint, Store, Stores};

use crate::{
    fixture::{journal, started_at},
    twins::{Disk, TASK},
};

for_both_twins!(
    an_empty_store_reflects_nothing,
    a_change_advances_what_it_names_and_nothing_else,
    the_checkpoint_stays_over_a_restart,
    the_versions_in_force_stay_over_a_restart,
    the_journal_is_known_until_the_store_is_set_aside,
);

fn an_empty_store_reflects_nothing(disk: &impl Disk) {
    assert_eq!(*disk.open().checkpoint(), Checkpoint::default());
    assert_eq!(*disk.open().checkpoint(), Checkpoint::default());
}

fn a_change_advances_what_it_names_and_nothing_else(disk: &impl Disk) {
    let mut store = disk.open();
    store.write(started_at(7)).unwrap();
    let later = Change {
        positions: vec![(("payments.events".into(), -1), 5)],
        ..Change::default()
    };
    store.write(later).unwrap();
    let positions = [(("orders.events".into(), 3), 14), (("payments.events".into(), -1), 5)].into();
    let expected = Checkpoint {
        journal: Some(journal(7)),
        positions,
        clock: Timestamp(1_007),
        activations: Activations::default(),
    };
    assert_eq!(*store.checkpoint(), expected);
}

fn the_checkpoint_stays_over_a_restart(disk: &impl Disk) {
    let mut store = disk.open();
    store.write(started_at(7)).unwrap();
    store
        .write(Change {
            positions: vec![(("a\0b".into(), i32::MAX), i64::MIN)],
            ..Change::default()
        })
        .unwrap();
    store.write(started_at(8)).unwrap();
    let expected = store.checkpoint().clone();
    assert_eq!(expected.positions.len(), 2);
    drop(store);
    assert_eq!(*disk.open().checkpoint(), expected);
}

fn the_versions_in_force_stay_over_a_restart(disk: &impl Disk) {
    let activated = |definition: &str, version| Change {
        activations: vec![Activation {
            definition: definition.into(),
            version,
            hash: format!("{definition}-{version}").into(),
        }],
        ..Change::default()
    };
    let mut store = disk.open();
    for (definition, version) in [("order", 1), ("refund", 7), ("order", 2), ("order", 1)] {
        store.write(activated(definition, version)).unwrap();
    }
    let expected = store.checkpoint().clone();
    drop(store);
    let store = disk.open();
    assert_eq!(*store.checkpoint(), expected);
    let activations = &store.checkpoint().activations;
    assert_eq!(activations.in_force(&"order".into()).unwrap().version, 1);
    assert_eq!(activations.in_force(&"refund".into()).unwrap().version, 7);
    assert_eq!(activations.all().count(), 3);
}

fn the_journal_is_known_until_the_store_is_set_aside(disk: &impl Disk) {
    assert_eq!(disk.open().journal_id(), None);
    disk.open().set_journal_id("one-1").unwrap();
    assert_eq!(disk.open().journal_id(), Some("one-1"));
    disk.stores().set_aside(TASK, "a test").unwrap();
    assert_eq!(disk.open().journal_id(), None);
}
