//! No step times out while its reply waits to be read.

use std::collections::BTreeMap;

use palinode_core::{IdempotencyKey, Timestamp};
use palinode_log::Consumed;
use palinode_wire::{
    headers,
    journal::{JournalRecord, SagaRecord, TaskRecord},
};

use super::{Check, Entry, Found, Scene, Transaction, timers::timer};
use crate::plan::{Fault, WorldPlan};

/// A reply that was written before its step's time-out is read before that fires, however long everything was down.
pub(super) struct WaitingReplies;

/// For so long a due timer waits for the inputs: `READ_BEFORE_TIMER_MAX` of the engine. A task that cannot read on for
/// longer while it runs fires it nevertheless.
const READ_BEFORE_TIMER_MAX_MS: i64 = 60_000;

impl Check for WaitingReplies {
    fn name(&self) -> &'static str {
        "waiting_replies"
    }

    fn law(&self) -> &'static str {
        "No step times out while a reply to it, written in time, waits to be read."
    }

    fn exceptions(&self) -> &'static [&'static str] {
        &["A task that ran for a minute and could not read on: timers fire then."]
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        let replies = replies(scene);
        let ahead = ahead_max(&scene.remains.plan);
        for (task, entries) in &scene.journal {
            let mut positions: BTreeMap<(&str, i32), i64> = BTreeMap::new();
            let mut claimed_at = Timestamp(i64::MIN);
            let mut timed_out: Vec<(&SagaRecord, Timestamp)> = Vec::new();
            for entry in entries {
                let transaction = entry.transaction.map(|at| &scene.transactions[at]);
                match &entry.record {
                    JournalRecord::Saga(event) => {
                        if let Some((_, due)) = timer(event).filter(|_| is_time_out(event)) {
                            timed_out.push((event, due));
                        }
                    }
                    JournalRecord::Task(TaskRecord::TaskClaimed(_)) => {
                        claimed_at = transaction.map_or(claimed_at, |transaction| transaction.at);
                    }
                    JournalRecord::Task(TaskRecord::PositionsAdvanced(advanced)) => {
                        for position in &advanced.positions {
                            positions.insert((position.topic.as_str(), position.partition), position.offset);
                        }
                        for (event, due) in timed_out.drain(..) {
                            if transaction.is_none_or(|transaction| has_waited(transaction, claimed_at, due)) {
                                continue;
                            }
                            let waits = |reply: &&&Consumed| {
                                let at = &reply.source;
                                let next = positions.get(&(&*at.topic, at.partition)).copied().unwrap_or_default();
                                // Of the same millisecond nobody knows which was first.
                                at.partition % scene.remains.plan.tasks == *task
                                    && reply.timestamp < due.0 - ahead
                                    && reply.offset >= next
                            };
                            if let Some(reply) = replies.get(&request(event)).and_then(|all| all.iter().find(waits)) {
                                found.of_saga(&event.id, words(entry, event, due, reply));
                            }
                        }
                    }
                    JournalRecord::Task(_) => {}
                }
            }
        }
    }
}

fn is_time_out(event: &SagaRecord) -> bool {
    matches!(&*event.event_type, "StepTimedOut" | "CompensationTimedOut")
}

/// Whether the task waited as long as it ever does.
fn has_waited(transaction: &Transaction<'_>, claimed_at: Timestamp, due: Timestamp) -> bool {
    let runs_for = transaction.at.0.saturating_sub(claimed_at.0);
    let late_by = transaction.node_time.0.saturating_sub(due.0);
    runs_for.min(late_by) >= READ_BEFORE_TIMER_MAX_MS
}

fn request(event: &SagaRecord) -> Option<IdempotencyKey> {
    Some(IdempotencyKey {
        saga: event.id.clone(),
        step: event.step.clone()?,
        purpose: event.purpose?,
        round: event.round?,
    })
    .filter(|_| event.attempt.is_some())
}

/// The replies of all topics, by the request that they say they answer.
fn replies<'a>(scene: &Scene<'a>) -> BTreeMap<Option<IdempotencyKey>, Vec<&'a Consumed>> {
    let mut replies: BTreeMap<Option<IdempotencyKey>, Vec<&Consumed>> = BTreeMap::new();
    let of_others = |topic: &str| !topic.starts_with("palinode.") && !topic.ends_with(".commands");
    for (at, records) in &scene.remains.topics {
        for record in records.iter().filter(|_| of_others(&at.topic)) {
            let header = record
                .headers
                .iter()
                .find(|header| &*header.name == headers::IDEMPOTENCY_KEY);
            let text = header.and_then(|header| std::str::from_utf8(&header.value).ok());
            if let Some(key) = text.and_then(IdempotencyKey::parse) {
                replies.entry(Some(key)).or_default().push(record);
            }
        }
    }
    replies
}

/// The most that a clock of the world is ever ahead, in milliseconds.
fn ahead_max(plan: &WorldPlan) -> i64 {
    let mut ahead: Vec<i64> = plan.nodes.iter().map(|node| node.clock_ahead_ms).collect();
    let mut most = ahead.iter().copied().max().unwrap_or_default().max(0);
    for fault in &plan.faults {
        if let Fault::Clock { node, by_ms } = &fault.what
            && !ahead.is_empty()
        {
            let node = node % ahead.len();
            ahead[node] += by_ms;
            most = most.max(ahead[node]);
        }
    }
    most
}

fn words(entry: &Entry, event: &SagaRecord, due: Timestamp, reply: &Consumed) -> String {
    format!(
        "'{}' of {} was due at {due} and fired in the transaction of offset {}, while the reply at {}/{}, written at {} ms, was not read",
        event.event_type,
        event.step.as_ref().map(ToString::to_string).unwrap_or_default(),
        entry.offset,
        reply.source,
        reply.offset,
        reply.timestamp
    )
}

#[cfg(test)]
mod tests {
    use super::WaitingReplies;
    use crate::checks::testing::{Made, event};

    /// A reply that was written after `after` of the five seconds that the step waits.
    fn made(after: i64) -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        let due = made.due();
        made.pass(after);
        made.reply("payments.events", 0, "order-fulfilment/o-1/payment/forward/1");
        made.pass(9_000 - after);
        let cause = format!("timer/timeout/{due}");
        made.write(0, 0, &[event("o-1", 3, "StepTimedOut", &cause).of("payment", 1, 1)]);
        made
    }

    #[test]
    fn a_time_out_before_a_reply_that_waits_is_found() {
        let found = made(4_000).findings(&WaitingReplies);
        assert!(
            found.len() == 1 && found[0].contains("payments.events/0/0"),
            "{found:?}"
        );
    }

    #[test]
    fn a_reply_that_comes_after_the_time_out_was_due_is_right() {
        assert_eq!(made(5_001).findings(&WaitingReplies), Vec::<String>::new());
    }

    #[test]
    fn a_reply_that_was_read_and_refused_is_right() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        let cause = format!("timer/timeout/{}", made.due());
        made.reply("payments.events", 0, "order-fulfilment/o-1/payment/forward/1");
        made.pass(9_000);
        let fired = event("o-1", 3, "StepTimedOut", &cause).of("payment", 1, 1);
        made.write_and_advance(0, 0, &[fired], &[("payments.events", 0, 1)]);
        assert_eq!(made.findings(&WaitingReplies), Vec::<String>::new());
    }

    #[test]
    fn a_clock_that_was_ahead_fires_by_its_own_time() {
        let mut made = made(4_000);
        made.remains.plan.nodes[0].clock_ahead_ms = 2_000;
        assert_eq!(made.findings(&WaitingReplies), Vec::<String>::new());
    }
}
