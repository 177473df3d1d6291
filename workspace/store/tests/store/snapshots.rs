//! What checkpoints and restores need of a store.

use palinode_core::{Saga, SagaId, Timestamp, timers as timers_of};
use palinode_store::{ChangedSaga, Checkpoint, Checkpoints, JournalPosition, Restored, Snapshotted, Store};

use crate::{
    fixture::{change, closed, id, known, open},
    twins::Disk,
};

for_both_twins!(
    what_changes_after_the_line_belongs_to_the_next_checkpoint,
    a_saga_that_changes_again_stands_behind_both_lines,
    what_has_changed_outlives_a_restart,
    a_restored_store_answers_as_the_one_before,
    of_two_states_the_later_one_counts,
    a_snapshot_that_was_left_over_is_taken_away_at_the_next_checkpoint,
    a_store_is_new_until_it_is_written_to,
);

fn changed(store: &impl Store) -> Vec<String> {
    let changed = store.changed(None, 100).unwrap();
    changed.iter().map(|saga| saga.id.key.to_string()).collect()
}

fn draw_line(store: &mut impl Store) {
    store.draw_line(&"a-0-1".into()).unwrap();
}

fn settle(store: &mut impl Store, done: Snapshotted) {
    let changed = store.changed(None, 100).unwrap();
    let settled: Vec<_> = changed.into_iter().map(|saga| (saga, done)).collect();
    store.snapshotted(&settled).unwrap();
}

fn write(store: &mut impl Store, key: &str, sequence: u64) {
    let change = known(store, change(&id(key), open(&id(key), sequence)));
    store.write(change).unwrap();
}

fn has_snapshot(store: &impl Store, key: &str) -> bool {
    store.have_snapshots(&[ChangedSaga { line: 0, id: id(key) }]).unwrap()[0]
}

fn what_changes_after_the_line_belongs_to_the_next_checkpoint(disk: &impl Disk) {
    let mut store = disk.open();
    write(&mut store, "o-1", 1);
    assert_eq!(changed(&store), [""; 0], "no line is drawn");
    draw_line(&mut store);
    write(&mut store, "o-2", 1);
    assert_eq!(changed(&store), ["o-1"]);
    settle(&mut store, Snapshotted::OfItsOwn);
    assert_eq!(changed(&store), [""; 0]);
    assert!(has_snapshot(&store, "o-1") && !has_snapshot(&store, "o-2"));
    store.checkpoint_done(7);
    draw_line(&mut store);
    assert_eq!(changed(&store), ["o-2"]);
    let expected = Checkpoints {
        lineage: Some("a-0-1".into()),
        lines: 2,
        journal: Some(7),
    };
    assert_eq!(store.checkpoints(), &expected);
}

fn a_saga_that_changes_again_stands_behind_both_lines(disk: &impl Disk) {
    let mut store = disk.open();
    write(&mut store, "o-1", 1);
    draw_line(&mut store);
    write(&mut store, "o-1", 2);
    assert_eq!(changed(&store), ["o-1"]);
    settle(&mut store, Snapshotted::OfItsOwn);
    draw_line(&mut store);
    assert_eq!(changed(&store), ["o-1"]);
}

fn what_has_changed_outlives_a_restart(disk: &impl Disk) {
    let mut store = disk.open();
    write(&mut store, "o-1", 1);
    write(&mut store, "o-2", 1);
    draw_line(&mut store);
    let first = store.changed(None, 1).unwrap();
    store.snapshotted(&[(first[0].clone(), Snapshotted::OfItsOwn)]).unwrap();
    drop(store);
    let mut store = disk.open();
    assert_eq!(changed(&store), ["o-2"]);
    assert!(has_snapshot(&store, "o-1"));
    draw_line(&mut store);
    assert_eq!(changed(&store), ["o-2"]);
    assert_eq!(store.checkpoints().lineage.as_deref(), Some("a-0-1"));
}

fn saga(key: &str, saga: Saga, from: Snapshotted) -> Restored {
    Restored::Saga {
        id: id(key),
        saga,
        from,
    }
}

fn checkpoint() -> (Checkpoint, Checkpoints) {
    let checkpoint = Checkpoint {
        journal: Some(JournalPosition {
            offset: 9,
            event_id: "e-9".into(),
        }),
        positions: [(("in".into(), 3), 5)].into_iter().collect(),
        clock: Timestamp(1_000),
        activations: Default::default(),
    };
    let checkpoints = Checkpoints {
        lineage: Some("a-0-1".into()),
        lines: 0,
        journal: Some(9),
    };
    (checkpoint, checkpoints)
}

fn end(store: &mut impl Store) {
    let (checkpoint, checkpoints) = checkpoint();
    store.end_restore(checkpoint, checkpoints).unwrap();
}

fn due(store: &mut impl Store) -> Vec<SagaId> {
    let due = store.due_timers(Timestamp(i64::MAX), 100).unwrap();
    due.into_iter().map(|(id, _)| id).collect()
}

fn a_restored_store_answers_as_the_one_before(disk: &impl Disk) {
    let mut store = disk.open();
    let own = open(&id("o-1"), 3);
    store
        .restore(vec![saga("o-1", own.clone(), Snapshotted::OfItsOwn)])
        .unwrap();
    store
        .restore(vec![saga("o-2", closed(4), Snapshotted::InAList)])
        .unwrap();
    end(&mut store);
    for _ in 0..2 {
        assert_eq!(store.saga(&id("o-1")).unwrap(), Some(own.clone()));
        assert_eq!(store.saga(&id("o-2")).unwrap(), Some(closed(4)));
        assert_eq!(store.open_count(), 1);
        assert_eq!(store.open_sagas(None, 10).unwrap().len(), 1);
        assert_eq!(due(&mut store).len(), timers_of(Some(&own)).len());
        assert_eq!(
            (store.checkpoint(), store.checkpoints()),
            (&checkpoint().0, &checkpoint().1)
        );
        assert!(has_snapshot(&store, "o-1") && !has_snapshot(&store, "o-2"));
        drop(store);
        store = disk.open();
    }
    draw_line(&mut store);
    assert_eq!(changed(&store), [""; 0], "what is restored has not changed");
}

fn of_two_states_the_later_one_counts(disk: &impl Disk) {
    let mut store = disk.open();
    let at = |sequence| open(&id("o-1"), sequence);
    store
        .restore(vec![
            saga("o-1", at(3), Snapshotted::OfItsOwn),
            saga("o-1", closed(5), Snapshotted::InAList),
            Restored::Gone(id("o-1")),
            saga("o-2", closed(5), Snapshotted::InAList),
        ])
        .unwrap();
    store.restore(vec![saga("o-1", at(4), Snapshotted::InAList)]).unwrap();
    store
        .restore(vec![saga("o-2", open(&id("o-2"), 6), Snapshotted::OfItsOwn)])
        .unwrap();
    end(&mut store);
    assert_eq!(store.saga(&id("o-1")).unwrap(), Some(closed(5)));
    assert_eq!(store.saga(&id("o-2")).unwrap(), Some(open(&id("o-2"), 6)));
    assert!(due(&mut store).iter().all(|due| *due == id("o-2")));
    assert_eq!(store.open_count(), 1);
    draw_line(&mut store);
    assert_eq!(changed(&store), [""; 0]);
}

fn a_snapshot_that_was_left_over_is_taken_away_at_the_next_checkpoint(disk: &impl Disk) {
    let mut store = disk.open();
    store
        .restore(vec![saga("o-1", open(&id("o-1"), 3), Snapshotted::OfItsOwn)])
        .unwrap();
    store
        .restore(vec![saga("o-1", closed(5), Snapshotted::InAList)])
        .unwrap();
    end(&mut store);
    drop(store);
    let mut store = disk.open();
    draw_line(&mut store);
    assert_eq!(changed(&store), ["o-1"]);
    assert!(has_snapshot(&store, "o-1"));
    settle(&mut store, Snapshotted::Buried);
    assert!(!has_snapshot(&store, "o-1"));
}

fn a_store_is_new_until_it_is_written_to(disk: &impl Disk) {
    let store = disk.open();
    assert!(store.is_new());
    drop(store);
    let mut store = disk.open();
    assert!(store.is_new());
    store
        .restore(vec![saga("o-1", closed(5), Snapshotted::InAList)])
        .unwrap();
    assert!(!store.is_new());
    drop(store);
    assert!(!disk.open().is_new(), "also when the restore did not come to its end");
}
