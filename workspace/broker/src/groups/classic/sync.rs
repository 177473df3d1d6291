//! SyncGroup: the leader gives the assignment, every member takes its own.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::{ResponseError, messages::SyncGroupResponse, protocol::StrBytes};

use super::{ClassicGroup, State};
use crate::groups::{Turn, Waiting};

/// A SyncGroup request.
#[derive(Debug)]
pub(crate) struct Sync {
    /// Who waits for the answer.
    pub(crate) waiting: Waiting,
    /// The member.
    pub(crate) member_id: StrBytes,
    /// Its instance, if it is static.
    pub(crate) instance: Option<StrBytes>,
    /// The generation that it knows.
    pub(crate) generation: i32,
    /// What it takes the group to be for; none when it does not say.
    pub(crate) protocol_type: Option<StrBytes>,
    /// The protocol that it takes to be chosen; none when it does not say.
    pub(crate) protocol: Option<StrBytes>,
    /// What each member gets, from the leader.
    pub(crate) assignments: BTreeMap<StrBytes, Bytes>,
}

impl ClassicGroup {
    /// Gives a member its assignment, as soon as the leader has sent it.
    pub(crate) fn sync(&mut self, sync: Sync, turn: &mut Turn<'_>) {
        if let Err(error) = self.check_sync(&sync) {
            return turn.answers.sync_refused(sync.waiting, error);
        }
        match self.state {
            State::PreparingRebalance => {
                turn.answers
                    .sync_refused(sync.waiting, ResponseError::RebalanceInProgress);
            }
            State::CompletingRebalance => {
                self.await_assignment(&sync, turn);
                if self.is_leader(&sync.member_id) {
                    self.assign(sync.assignments, turn);
                }
            }
            State::Stable => {
                self.has_synced(&sync.member_id);
                let response = self.assignment_of(&sync.member_id);
                turn.answers.synced(sync.waiting, response);
            }
            State::Empty => turn.answers.sync_refused(sync.waiting, ResponseError::UnknownMemberId),
        }
    }

    fn check_sync(&self, sync: &Sync) -> Result<(), ResponseError> {
        self.check_member(&sync.member_id, sync.instance.as_ref())?;
        if sync.generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        let differs = |theirs: &Option<StrBytes>, ours: &Option<StrBytes>| {
            theirs
                .as_ref()
                .zip(ours.as_ref())
                .is_some_and(|(theirs, ours)| theirs != ours)
        };
        if differs(&sync.protocol_type, &self.protocol_type) || differs(&sync.protocol, &self.protocol) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn await_assignment(&mut self, sync: &Sync, turn: &mut Turn<'_>) {
        self.has_synced(&sync.member_id);
        let member = self.members.get_mut(&sync.member_id);
        if let Some(superseded) = member.and_then(|member| member.syncing.replace(sync.waiting)) {
            // The member gave up its older call, which is answered all the same: nothing waits for ever.
            turn.answers
                .sync_refused(superseded, ResponseError::RebalanceInProgress);
        }
    }

    fn has_synced(&mut self, id: &StrBytes) {
        self.unsynced.remove(id);
        if self.unsynced.is_empty() {
            self.sync_deadline = None;
        }
    }

    /// Takes the leader's assignment; a member that it does not name gets nothing.
    fn assign(&mut self, mut assignments: BTreeMap<StrBytes, Bytes>, turn: &mut Turn<'_>) {
        self.move_to(State::Stable, turn.now);
        let ids: Vec<StrBytes> = self.members.keys().cloned().collect();
        for id in ids {
            let assignment = assignments.remove(&id).unwrap_or_default();
            if let Some(waiting) = self.take_assignment(&id, assignment) {
                let response = self.assignment_of(&id);
                turn.answers.synced(waiting, response);
                self.hear(&id, turn);
            }
        }
    }

    fn take_assignment(&mut self, id: &StrBytes, assignment: Bytes) -> Option<Waiting> {
        let member = self.members.get_mut(id)?;
        member.assignment = assignment;
        member.syncing.take()
    }

    fn assignment_of(&self, id: &StrBytes) -> SyncGroupResponse {
        let member = self.members.get(id);
        SyncGroupResponse::default()
            .with_protocol_type(self.protocol_type.clone())
            .with_protocol_name(self.protocol.clone())
            .with_assignment(member.map(|member| member.assignment.clone()).unwrap_or_default())
    }
}
