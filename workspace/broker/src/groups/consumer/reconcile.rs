//! The way of one member from what it has to what it should have: first it gives back, then it comes to the new epoch,
//! then it gets what others have given back.

use kafka_protocol::protocol::StrBytes;

use super::{ConsumerGroup, Member, Partitions, Progress, heartbeat::SHORTEST};
use crate::Timestamp;

impl ConsumerGroup {
    /// Leads a member a step further. `owned` is what it says that it has; none when it does not say.
    pub(super) fn reconcile(&mut self, id: &StrBytes, owned: Option<&Partitions>, now: Timestamp) {
        let Some(member) = self.members.get(id) else {
            return;
        };
        let still_has = |partitions: &Partitions| owned.is_none_or(|owned| owned.meets(partitions));
        let epoch = match member.progress {
            Progress::Stable if member.epoch == self.target_epoch => return,
            Progress::Revoking if still_has(&member.revoking) => return,
            Progress::Revoking => member.epoch.saturating_add(1),
            Progress::Stable | Progress::Awaiting => member.epoch,
        };
        let step = self.next_step(id, member, epoch, still_has);
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        let is_new = step.is_news_to(member);
        if step.epoch != member.epoch {
            member.previous_epoch = member.epoch;
            member.epoch = step.epoch;
        }
        member.progress = step.progress;
        member.assigned = step.assigned;
        member.revoking = step.revoking;
        if member.progress != Progress::Revoking {
            member.revoke_deadline = None;
        } else if is_new {
            let span = member.rebalance_timeout.max(SHORTEST);
            member.revoke_deadline = Some(now.plus(span));
        }
    }

    fn next_step(&self, id: &StrBytes, member: &Member, epoch: i32, still_has: impl Fn(&Partitions) -> bool) -> Step {
        let nothing = Partitions::default();
        let target = self.target.get(id).unwrap_or(&nothing);
        let (mut assigned, revoking) = member
            .assigned
            .partition(|topic, number| target.contains(topic, number));
        if !revoking.is_empty() && still_has(&revoking) {
            return Step {
                epoch,
                progress: Progress::Revoking,
                assigned,
                revoking,
            };
        }
        let (_, missing) = target.partition(|topic, number| assigned.contains(topic, number));
        let is_held = |topic, number| self.members.values().any(|other| other.holds(topic, number));
        let (held, free) = missing.partition(is_held);
        assigned.extend(free.iter());
        let progress = if held.is_empty() {
            Progress::Stable
        } else {
            Progress::Awaiting
        };
        Step {
            epoch: self.target_epoch,
            progress,
            assigned,
            revoking: nothing,
        }
    }
}

/// Where a member stands after a step.
struct Step {
    epoch: i32,
    progress: Progress,
    assigned: Partitions,
    revoking: Partitions,
}

impl Step {
    fn is_news_to(&self, member: &Member) -> bool {
        self.epoch != member.epoch
            || self.progress != member.progress
            || self.assigned != member.assigned
            || self.revoking != member.revoking
    }
}
