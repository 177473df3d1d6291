//! What happens when time is up: silent members go, and nobody waits for ever.

use std::time::Duration;

use kafka_protocol::protocol::StrBytes;

use super::{ClassicGroup, State};
use crate::{Timestamp, groups::Turn};

/// When the joining ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum JoinTimer {
    /// The delay of a group that was empty; it is prolonged when members came in the meantime.
    Initial {
        /// When it is over.
        at: Timestamp,
        /// How long it was.
        delay: Duration,
        /// How much longer it may get.
        remaining: Duration,
    },
    /// Who has not come by then is out.
    Complete {
        /// When that is.
        at: Timestamp,
    },
}

impl JoinTimer {
    fn at(self) -> Timestamp {
        match self {
            Self::Initial { at, .. } | Self::Complete { at } => at,
        }
    }
}

impl ClassicGroup {
    /// When [`ClassicGroup::expire`] has something to do next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let sessions = self.members.values().filter_map(|member| member.deadline);
        sessions
            .chain(self.pending.values().copied())
            .chain(self.join_timer.map(JoinTimer::at))
            .chain(self.sync_deadline)
            .min()
    }

    /// Does what is due.
    pub(crate) fn expire(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now;
        let sessions = self.members.iter().filter(|(_, member)| is_due(member.deadline, now));
        let silent: Vec<StrBytes> = sessions.map(|(id, _)| id.clone()).collect();
        for id in silent {
            self.expire_session(&id, turn);
        }
        let pending = self.pending.iter().filter(|(_, deadline)| **deadline <= now);
        let lost: Vec<StrBytes> = pending.map(|(id, _)| id.clone()).collect();
        for id in lost {
            self.remove(&id, turn);
            if self.state == State::PreparingRebalance && self.has_all_joined() {
                self.complete_join(turn);
            }
        }
        if let Some(timer) = self.join_timer.filter(|timer| timer.at() <= now) {
            self.expire_joining(timer, turn);
        }
        if is_due(self.sync_deadline, now) {
            self.expire_syncing(turn);
        }
    }

    fn expire_session(&mut self, id: &StrBytes, turn: &mut Turn<'_>) {
        let Some(member) = self
            .members
            .get_mut(id)
            .filter(|member| is_due(member.deadline, turn.now))
        else {
            return;
        };
        if member.is_heard() {
            member.deadline = None;
            return;
        }
        self.remove(id, turn);
        match self.state {
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(turn),
            State::PreparingRebalance if self.has_all_joined() => self.complete_join(turn),
            State::PreparingRebalance | State::Empty => {}
        }
    }

    fn expire_joining(&mut self, timer: JoinTimer, turn: &mut Turn<'_>) {
        match timer {
            JoinTimer::Initial { delay, remaining, .. } if self.grew && !remaining.is_zero() => {
                self.grew = false;
                let next = turn.settings.initial_rebalance_delay.min(remaining);
                self.join_timer = Some(JoinTimer::Initial {
                    at: turn.after(next),
                    delay: next,
                    remaining: remaining.saturating_sub(delay),
                });
            }
            JoinTimer::Initial { .. } | JoinTimer::Complete { .. } => self.complete_join(turn),
        }
    }

    /// Members that never asked for their assignment are out.
    fn expire_syncing(&mut self, turn: &mut Turn<'_>) {
        self.sync_deadline = None;
        let missing = std::mem::take(&mut self.unsynced);
        for id in &missing {
            self.remove(id, turn);
        }
        if !missing.is_empty() && matches!(self.state, State::CompletingRebalance | State::Stable) {
            self.prepare_rebalance(turn);
        }
    }
}

fn is_due(deadline: Option<Timestamp>, now: Timestamp) -> bool {
    deadline.is_some_and(|deadline| deadline <= now)
}
