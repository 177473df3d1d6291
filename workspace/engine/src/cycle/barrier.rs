//! The rule of time: a timer fires only after the inputs were read to an end that was asked for after its due time.
//!
//! So an outage of ours does not time out steps whose replies are already waiting. The wait is bounded and shown.

use std::{collections::BTreeMap, time::Duration};

use palinode_core::Timestamp;
use palinode_log::TopicPartition;

use super::Action;
use crate::settings::{ENDS_INTERVAL, READ_BEFORE_TIMER_MAX};

/// How often the client is asked how far it has read: markers move it on without a record.
const POSITIONS_INTERVAL: Duration = Duration::from_millis(5);

/// How far the reading for due timers got.
#[derive(Debug, Default)]
pub(super) struct Barrier {
    stage: Stage,
}

#[derive(Debug, Default)]
enum Stage {
    /// No timer is due.
    #[default]
    Idle,
    /// The ends were asked for.
    Asked { at: Timestamp },
    /// The ends are known and not all reached.
    Reading {
        at: Timestamp,
        ends: BTreeMap<TopicPartition, i64>,
        positions_at: Option<Timestamp>,
    },
    /// Everything up to ends asked for at this time is read.
    Reached { at: Timestamp },
    /// The broker did not answer; it is asked again after a pause.
    Failed { since: Timestamp },
}

impl Barrier {
    /// No timer is due.
    pub(super) fn idle(&mut self) {
        self.stage = Stage::Idle;
    }

    /// The broker answered.
    pub(super) fn ends(&mut self, ends: Vec<(TopicPartition, i64)>) {
        if let Stage::Asked { at } = self.stage {
            self.stage = Stage::Reading {
                at,
                ends: ends.into_iter().collect(),
                positions_at: None,
            };
        }
    }

    /// The broker did not answer.
    pub(super) fn failed(&mut self, now: Timestamp) {
        self.stage = Stage::Failed { since: now };
    }

    /// How far the client has read, markers counted. Only valid while no record waits in the backlog.
    pub(super) fn positions(&mut self, positions: &[(TopicPartition, i64)]) {
        if let Stage::Reading { ends, .. } = &mut self.stage {
            for (input, position) in positions {
                if ends.get(input).is_some_and(|end| position >= end) {
                    ends.remove(input);
                }
            }
        }
    }

    /// What was asked for at a time that has not come yet says nothing: the clock went back.
    fn forget_future(&mut self, now: Timestamp) {
        match &mut self.stage {
            Stage::Asked { at } | Stage::Reading { at, .. } if *at > now => *at = Timestamp::default(),
            Stage::Reached { at } | Stage::Failed { since: at } if *at > now => self.stage = Stage::Idle,
            _ => {}
        }
    }

    /// Up to which time timers may fire, when the first is due at `due`. `read` tells the next offset of an input that
    /// is not in the store; `readable` lists the inputs that are read at all.
    pub(super) fn passed(
        &mut self,
        due: Timestamp,
        now: Timestamp,
        backlog_is_empty: bool,
        read: impl Fn(&TopicPartition) -> Option<i64>,
        readable: impl FnOnce() -> Vec<TopicPartition>,
        actions: &mut Vec<Action>,
    ) -> Option<Timestamp> {
        self.forget_future(now);
        if let Stage::Reading { at, ends, positions_at } = &mut self.stage {
            ends.retain(|input, end| read(input).is_none_or(|next| next < *end));
            if ends.is_empty() || now.since(*at) > READ_BEFORE_TIMER_MAX {
                self.stage = Stage::Reached { at: *at };
            } else if backlog_is_empty && positions_at.is_none_or(|asked| now.since(asked) >= POSITIONS_INTERVAL) {
                *positions_at = Some(now);
                actions.push(Action::Positions);
            }
        }
        match self.stage {
            Stage::Reached { at } if at >= due => Some(at),
            Stage::Reached { at } | Stage::Failed { since: at } if now.since(at) < ENDS_INTERVAL => None,
            Stage::Idle | Stage::Reached { .. } | Stage::Failed { .. } => {
                self.stage = Stage::Asked { at: now };
                actions.push(Action::Ends(readable()));
                None
            }
            Stage::Asked { .. } | Stage::Reading { .. } => None,
        }
    }

    /// When to look again while timers are due and may not fire; `None` when no timer is due.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Idle | Stage::Asked { .. } => None,
            Stage::Reading { at, positions_at, .. } => Some(positions_at.unwrap_or(*at).plus(POSITIONS_INTERVAL)),
            Stage::Reached { at } | Stage::Failed { since: at } => Some(at.plus(ENDS_INTERVAL)),
        }
    }

    /// For people.
    pub(super) fn waiting(&self) -> Option<String> {
        match &self.stage {
            Stage::Reading { ends, .. } => Some(format!(
                "timers are due and wait until {} inputs are read to their end",
                ends.len()
            )),
            Stage::Failed { .. } => Some("timers are due and the broker does not say where the inputs end".into()),
            Stage::Idle | Stage::Asked { .. } | Stage::Reached { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: Timestamp = Timestamp(50_000);
    /// Where the clock was, and where it was set back to.
    const AHEAD: Timestamp = Timestamp(204_000);
    const NOW: Timestamp = Timestamp(57_000);

    fn passed(barrier: &mut Barrier, now: Timestamp) -> (Option<Timestamp>, usize) {
        let mut actions = Vec::new();
        let until = barrier.passed(DUE, now, true, |_| None, Vec::new, &mut actions);
        (until, actions.len())
    }

    #[test]
    fn ends_that_were_reached_under_a_clock_that_went_back_let_nothing_fire_early() {
        let mut barrier = Barrier::default();
        assert_eq!(passed(&mut barrier, AHEAD), (None, 1));
        barrier.ends(Vec::new());
        assert_eq!(passed(&mut barrier, AHEAD), (Some(AHEAD), 0));
        assert_eq!(passed(&mut barrier, NOW), (None, 1), "the ends are asked for again");
        barrier.ends(Vec::new());
        assert_eq!(passed(&mut barrier, NOW), (Some(NOW), 0));
    }

    #[test]
    fn ends_that_were_asked_for_under_a_clock_that_went_back_are_asked_for_again() {
        let mut barrier = Barrier::default();
        assert_eq!(passed(&mut barrier, AHEAD), (None, 1));
        assert_eq!(passed(&mut barrier, NOW), (None, 0), "the answer is under way");
        barrier.ends(Vec::new());
        assert_eq!(passed(&mut barrier, NOW), (None, 1));
    }

    #[test]
    fn a_broker_that_did_not_answer_before_the_clock_went_back_is_asked_at_once() {
        let mut barrier = Barrier::default();
        barrier.failed(AHEAD);
        assert_eq!(passed(&mut barrier, NOW), (None, 1));
    }
}
