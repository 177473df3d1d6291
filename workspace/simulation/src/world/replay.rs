//! What a replay of a journal from nothing leads to.

use std::{collections::VecDeque, sync::Arc};

use palinode_core::Timestamp;
use palinode_engine::cycle::{Action, Cycle, Demand, Signal, Status};
use palinode_log::{Consumed, Outcome, Produced, TopicPartition};

use crate::{Contents, setting::Setting, store::Disk};

/// Nothing that a replay does is done so often.
const STEPS_MAX: u32 = 1_000;

/// What a take-over of `task` from nothing leads to, before it reads any input: with these snapshots, or without any. An
/// error when it does not come so far.
pub(super) fn replay(
    setting: &Setting,
    task: i32,
    journal: &[Consumed],
    snapshots: &[Consumed],
    now: Timestamp,
) -> Result<Contents, String> {
    let disk = Disk::new(0);
    let stores = Arc::new(disk.stores());
    let shared = setting.shared("afterwards", "afterwards-0", false, stores);
    let mut cycle = Cycle::new(Arc::new(shared), task);
    let end = journal.last().map_or(0, |record| record.offset + 1);
    let (mut claim, mut begin) = (None, 0);
    let mut actions: VecDeque<Action> = cycle.handle(Signal::Proposed, now).into();
    for _ in 0..STEPS_MAX {
        let answer = match actions.pop_front() {
            Some(Action::Fence) => Signal::Fenced(Ok(())),
            Some(Action::Transact { records, .. }) if claim.is_none() => {
                claim = records.into_iter().next();
                let journal_offset = Some(end);
                Signal::Ended(Outcome::Committed { journal_offset })
            }
            Some(Action::Definitions) => Signal::Definitions(Ok(setting.deployment(false))),
            Some(Action::OpenSnapshots) => {
                let end = snapshots.last().map_or(0, |record| record.offset + 1);
                Signal::SnapshotBounds(Ok((0, end)))
            }
            Some(Action::OpenJournal { from }) => {
                begin = from;
                continue;
            }
            Some(Action::JournalBounds) => Signal::JournalBounds(Ok((0, end + 1))),
            // It would go on to add inputs: it is replayed by then.
            Some(Action::Starts(_) | Action::Transact { .. }) => return Ok(disk.contents(task)),
            Some(_) => continue,
            None if matches!(cycle.status(), Status::Running { .. }) => return Ok(disk.contents(task)),
            None if cycle.demand(now) == Demand::Snapshots => Signal::Snapshots(snapshots.to_vec(), true),
            None if cycle.demand(now) == Demand::Journal => {
                let claim = claim.take().map(|claim| consumed(claim, task, end));
                let rest = journal.iter().filter(|record| record.offset >= begin);
                Signal::Journal(rest.cloned().chain(claim).collect())
            }
            None => break,
        };
        actions.extend(cycle.handle(answer, now));
    }
    Err(format!("the replay of task {task} ends with {:?}", cycle.status()))
}

fn consumed(record: Produced, task: i32, offset: i64) -> Consumed {
    Consumed {
        source: TopicPartition::new(record.topic, task),
        offset,
        // The clock is nobody's here.
        timestamp: -1,
        key: record.key,
        value: record.value,
        headers: record.headers,
    }
}
