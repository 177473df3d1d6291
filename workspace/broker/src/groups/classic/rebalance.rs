//! Rebalances: from the first member that joins to the generation that all are told of.

use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{ClassicGroup, State, timeouts::JoinTimer};
use crate::groups::Turn;

impl ClassicGroup {
    /// Begins a rebalance, or ends the one under way if everyone is there.
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance {
            self.complete_if_all_joined(turn);
        } else {
            self.prepare_rebalance(turn);
        }
    }

    /// Begins a rebalance: every member must join again, those that wait for their assignment at once.
    pub(super) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::CompletingRebalance {
            self.drop_assignments(turn);
        }
        self.unsynced.clear();
        self.sync_deadline = None;
        let was_empty = self.state == State::Empty;
        self.move_to(State::PreparingRebalance, turn.now);
        if was_empty {
            self.await_more_members(turn.settings.initial_rebalance_delay, turn);
        } else if self.has_all_joined() {
            self.complete_join(turn);
        } else {
            let at = turn.after(self.rebalance_timeout());
            self.join_timer = Some(JoinTimer::Complete { at });
        }
    }

    /// A group that was empty waits a while for more members, so that the first generation has all of them.
    fn await_more_members(&mut self, delay: Duration, turn: &mut Turn<'_>) {
        if delay.is_zero() {
            return self.complete_join(turn);
        }
        self.join_timer = Some(JoinTimer::Initial {
            at: turn.after(delay),
            delay,
            remaining: self.rebalance_timeout().saturating_sub(delay),
        });
    }

    /// Ends the rebalance if everyone is there; one that began with an empty group waits for its delay.
    pub(super) fn complete_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        if self.before != State::Empty && self.has_all_joined() {
            self.complete_join(turn);
        }
    }

    pub(super) fn has_all_joined(&self) -> bool {
        self.pending.is_empty() && self.waiting_to_join() == self.members.len()
    }

    /// Ends the joining: who did not come is out (static members stay until their session ends), and the others are
    /// told of the new generation.
    pub(super) fn complete_join(&mut self, turn: &mut Turn<'_>) {
        self.join_timer = None;
        let absent = |member: &super::Member| member.joining.is_none() && member.instance.is_none();
        let members = self.members.iter().filter(|(_, member)| absent(member));
        let absent: Vec<StrBytes> = members.map(|(id, _)| id.clone()).collect();
        for id in absent {
            self.remove(&id, turn);
        }
        if self.members.is_empty() {
            self.next_generation(State::Empty, turn);
        } else if self.elect_leader_that_joined() {
            self.next_generation(State::CompletingRebalance, turn);
            self.tell_generation(turn);
        } else {
            // Only static members are left and none of them came: wait until their sessions end or one comes.
            let at = turn.after(self.rebalance_timeout());
            self.join_timer = Some(JoinTimer::Complete { at });
        }
    }

    fn elect_leader_that_joined(&mut self) -> bool {
        let joined = |id: &StrBytes| self.members.get(id).is_some_and(|member| member.joining.is_some());
        if self.leader.as_ref().is_some_and(joined) {
            return true;
        }
        let mut members = self.members.iter();
        match members.find(|(_, member)| member.joining.is_some()) {
            Some((id, _)) => {
                self.leader = Some(id.clone());
                true
            }
            None => false,
        }
    }

    fn next_generation(&mut self, state: State, turn: &Turn<'_>) {
        self.generation = self.generation.wrapping_add(1).max(0);
        self.protocol = self.elected_protocol();
        self.subscribed = self.subscribed_topics();
        self.unsynced.clear();
        self.move_to(state, turn.now);
    }

    fn tell_generation(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<StrBytes> = self.members.keys().cloned().collect();
        for id in ids {
            let response = self.joined(&id);
            if let Some(member) = self.members.get_mut(&id) {
                member.is_new = false;
                if let Some(waiting) = member.joining.take() {
                    turn.answers.joined(waiting, response);
                }
            }
            self.hear(&id, turn);
            self.unsynced.insert(id);
        }
        self.sync_deadline = Some(turn.after(self.rebalance_timeout()));
    }

    /// The assignment under way counts no more: those who wait for it join again.
    fn drop_assignments(&mut self, turn: &mut Turn<'_>) {
        let mut told = Vec::new();
        for (id, member) in &mut self.members {
            member.assignment = Bytes::new();
            if let Some(waiting) = member.syncing.take() {
                turn.answers.sync_refused(waiting, ResponseError::RebalanceInProgress);
                told.push(id.clone());
            }
        }
        for id in told {
            self.hear(&id, turn);
        }
    }
}
