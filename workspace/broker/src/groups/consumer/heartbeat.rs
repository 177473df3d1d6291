//! ConsumerGroupHeartbeat: a member joins, says what it has, and is told what it may have.

use std::{collections::BTreeSet, time::Duration};

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{Assignor, ConsumerGroup, Member, Partitions};
use crate::{Settings, Timestamp, groups::limits, pattern::Pattern, topics::Topics};

/// The epoch of a static member that is away for a while.
pub(super) const AWAY: i32 = -2;

/// No deadline is nearer, so that time passes between two of them.
pub(super) const SHORTEST: Duration = Duration::from_millis(1);

/// A heartbeat; what is none has not changed.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    /// The member's id.
    pub(crate) member_id: StrBytes,
    /// The epoch that the member knows; 0 when it joins.
    pub(crate) epoch: i32,
    /// Its instance, if it is static.
    pub(crate) instance: Option<StrBytes>,
    /// Where it is.
    pub(crate) rack: Option<StrBytes>,
    /// Who the client is.
    pub(crate) client_id: StrBytes,
    /// Where the client is.
    pub(crate) client_host: StrBytes,
    /// How long it may take to give partitions back.
    pub(crate) rebalance_timeout: Option<Duration>,
    /// The topics that it reads.
    pub(crate) topics: Option<BTreeSet<StrBytes>>,
    /// The expression of the topics that it reads besides.
    pub(crate) pattern: Option<Pattern>,
    /// The assignor that it wishes for.
    pub(crate) assignor: Option<Assignor>,
    /// The partitions that it has.
    pub(crate) owned: Option<Partitions>,
}

/// The answer to a heartbeat.
#[derive(Debug)]
pub(crate) struct Beat {
    /// The member's epoch from here on.
    pub(crate) epoch: i32,
    /// What it may have, if that changed or it asked for it.
    pub(crate) assigned: Option<Partitions>,
}

/// Why a heartbeat is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The error for the client.
    pub(crate) error: ResponseError,
    /// The reason in words.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(error: ResponseError, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { error, message }
    }
}

impl ConsumerGroup {
    /// Hears a member, and leads it a step further to what it should have.
    pub(crate) fn heartbeat(
        &mut self,
        beat: Heartbeat,
        topics: &Topics,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Beat, Refusal> {
        let id = beat.member_id.clone();
        let mut member = self.find(&beat)?;
        let had = member.assigned.clone();
        let subscribes = beat.topics.is_some() || beat.pattern.is_some();
        let is_full = beat.epoch == 0 || beat.rebalance_timeout.is_some() && subscribes && beat.owned.is_some();
        let owned = beat.owned.clone();
        if let Some(instance) = &member.instance {
            self.instances.remove(instance);
        }
        let subscribed_anew = update(&mut member, beat);
        member.session_deadline = Some(now.plus(settings.consumer_session_timeout.max(SHORTEST)));
        if let Some(instance) = &member.instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        self.members.insert(id.clone(), member);
        self.retarget(subscribed_anew, topics);
        self.reconcile(&id, owned.as_ref(), now);
        let member = self.members.get(&id);
        let (epoch, assigned) = member.map_or_else(Default::default, |member| (member.epoch, member.assigned.clone()));
        Ok(Beat {
            epoch,
            assigned: (is_full || assigned != had).then_some(assigned),
        })
    }

    /// The member of a heartbeat as it stands, or a new one; a static member that was away comes back under its new id.
    fn find(&mut self, beat: &Heartbeat) -> Result<Member, Refusal> {
        let joins = beat.epoch == 0;
        let by_instance = beat.instance.as_ref().and_then(|instance| self.instances.get(instance));
        let Some(instance) = &beat.instance else {
            return self.find_dynamic(beat);
        };
        match by_instance.cloned() {
            None if joins => self.newcomer(&beat.member_id),
            None => Err(Refusal::new(
                ResponseError::UnknownMemberId,
                format!("Instance id {} is unknown.", instance.as_str()),
            )),
            Some(old) if joins => self.take_over(&old, beat),
            Some(id) if id != beat.member_id => Err(fenced_instance(beat, &id)),
            Some(id) => self.find_known(&id, beat),
        }
    }

    fn find_dynamic(&self, beat: &Heartbeat) -> Result<Member, Refusal> {
        if beat.epoch == 0 && !self.members.contains_key(&beat.member_id) {
            self.newcomer(&beat.member_id)
        } else {
            self.find_known(&beat.member_id, beat)
        }
    }

    fn newcomer(&self, id: &StrBytes) -> Result<Member, Refusal> {
        if let Some(member) = self.members.get(id) {
            return Ok(member.clone());
        }
        if self.members.len() >= limits::MEMBERS_MAX {
            let message = format!(
                "The consumer group has reached its maximum capacity of {} members.",
                limits::MEMBERS_MAX
            );
            return Err(Refusal::new(ResponseError::GroupMaxSizeReached, message));
        }
        Ok(Member::default())
    }

    fn find_known(&self, id: &StrBytes, beat: &Heartbeat) -> Result<Member, Refusal> {
        let member = self.members.get(id).ok_or_else(|| unknown(id))?;
        let nothing_else = |owned: &Partitions| owned.is_within(&member.assigned);
        // A member that joins once more has nothing, whatever it was told before.
        if beat.epoch == 0 {
            return Ok(member.clone());
        }
        // The answer that told it the newer epoch may have been lost.
        let missed_one = beat.epoch == member.previous_epoch && beat.owned.as_ref().is_some_and(nothing_else);
        if beat.epoch == member.epoch || beat.epoch < member.epoch && missed_one {
            return Ok(member.clone());
        }
        let than = if beat.epoch > member.epoch {
            "greater"
        } else {
            "smaller"
        };
        let message = format!(
            "The consumer group member has a {than} member epoch ({}) than the one known by the group coordinator \
             ({}). The member must abandon all its partitions and rejoin.",
            beat.epoch, member.epoch
        );
        Err(Refusal::new(ResponseError::FencedMemberEpoch, message))
    }

    /// A static member comes under a new id: it takes over what the old one had, if that has said that it is away.
    fn take_over(&mut self, old: &StrBytes, beat: &Heartbeat) -> Result<Member, Refusal> {
        let is_away = self.members.get(old).is_some_and(|member| member.epoch == AWAY);
        if !is_away {
            let message = format!(
                "Static member {} cannot join the group because the instance id is owned by {} member.",
                beat.member_id.as_str(),
                old.as_str()
            );
            return Err(Refusal::new(ResponseError::UnreleasedInstanceId, message));
        }
        let mut member = self.members.remove(old).unwrap_or_default();
        member.epoch = 0;
        member.previous_epoch = 0;
        let target = self.target.remove(old).unwrap_or_default();
        self.target.insert(beat.member_id.clone(), target);
        Ok(member)
    }
}

/// Takes over what a member says of itself; whether it reads other topics than before.
fn update(member: &mut Member, beat: Heartbeat) -> bool {
    member.client_id = beat.client_id;
    member.client_host = beat.client_host;
    member.instance = beat.instance.or(member.instance.take());
    member.rack = beat.rack.or(member.rack.take());
    member.rebalance_timeout = beat.rebalance_timeout.unwrap_or(member.rebalance_timeout);
    member.assignor = beat.assignor.or(member.assignor);
    let topics = beat.topics.filter(|topics| *topics != member.topics);
    let pattern = beat.pattern.filter(|pattern| member.pattern.as_ref() != Some(pattern));
    let subscribed_anew = topics.is_some() || pattern.is_some();
    member.topics = topics.unwrap_or(std::mem::take(&mut member.topics));
    member.pattern = pattern.or(member.pattern.take());
    subscribed_anew
}

pub(super) fn unknown(id: &StrBytes) -> Refusal {
    let message = format!("Member {} is not a member of the group.", id.as_str());
    Refusal::new(ResponseError::UnknownMemberId, message)
}

fn fenced_instance(beat: &Heartbeat, by: &StrBytes) -> Refusal {
    let message = format!(
        "Static member {} was fenced by member {}.",
        beat.member_id.as_str(),
        by.as_str()
    );
    Refusal::new(ResponseError::FencedInstanceId, message)
}
