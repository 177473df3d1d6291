//! The other members, as their heartbeats tell of them.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use palinode_wire::heartbeat::{Heartbeat, TaskRole, TaskStanding};

use super::Moment;

/// How often a member tells that it is there.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(250);

/// A member of which nothing was heard for so long, while our own heartbeats came, is suspected to be dead. Four heartbeats:
/// a machine that is busy for a moment costs nothing, and one that is busy for longer a move.
pub const SUSPECTED_AFTER: Duration = Duration::from_secs(1);

/// When our own heartbeats were further apart than this, the second in which somebody is to be heard begins anew: after the
/// broker or this process stood still, whoever is heard first is not the only one that lives.
const OWN_GAP_MAX: Duration = Duration::from_millis(750);

/// When not even our own heartbeats were heard for so long, nothing is known of the others, and the group decides alone.
const DEAF_AFTER: Duration = Duration::from_secs(5);

/// A member of which nothing was heard for so long is forgotten; names may be used once only, and this bounds their number.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// Earlier runs of a member that are remembered, so that a heartbeat of one of them that comes late is known as such.
const PAST_RUNS_MAX: usize = 8;

/// Another member.
#[derive(Debug)]
pub(super) struct Peer {
    run: Arc<str>,
    past_runs: VecDeque<Arc<str>>,
    sequence: i64,
    heard_at: Moment,
    /// Since when it is suspected to be dead.
    pub(super) suspected_at: Option<Moment>,
    /// Whether it is about to end.
    pub(super) stopping: bool,
    pub(super) tasks: BTreeMap<i32, TaskStanding>,
}

/// What is known of the other members, and whether anything can be known.
#[derive(Debug)]
pub(super) struct Peers {
    me: Arc<str>,
    run: Arc<str>,
    members: BTreeMap<Arc<str>, Peer>,
    /// Our own heartbeats: what was written before one of them was heard before it.
    own: Option<Own>,
    /// Since when this member listens without a break.
    listens_since: Moment,
    looked_at: Moment,
}

/// When our own heartbeats were heard.
#[derive(Clone, Copy, Debug)]
struct Own {
    last: Moment,
    /// Since when they come without a gap.
    steady_since: Moment,
}

impl Peers {
    pub(super) fn new(me: Arc<str>, run: Arc<str>, now: Moment) -> Self {
        Self {
            me,
            run,
            members: BTreeMap::new(),
            own: None,
            listens_since: now,
            looked_at: now,
        }
    }

    /// Takes a heartbeat in. One that is older than what is known, or known already, tells nothing.
    pub(super) fn heard(&mut self, beat: Heartbeat, now: Moment) {
        if beat.member == self.me {
            if beat.run == self.run {
                let own = self.own.get_or_insert(Own {
                    last: now,
                    steady_since: now,
                });
                if now.saturating_sub(own.last) > OWN_GAP_MAX {
                    own.steady_since = now;
                }
                own.last = now;
            }
            return;
        }
        let mut past_runs = VecDeque::new();
        if let Some(known) = self.members.get_mut(&beat.member) {
            let is_old = known.past_runs.contains(&beat.run);
            if is_old || (known.run == beat.run && beat.sequence <= known.sequence) {
                return;
            }
            past_runs = std::mem::take(&mut known.past_runs);
            if known.run != beat.run {
                past_runs.push_back(Arc::clone(&known.run));
                while past_runs.len() > PAST_RUNS_MAX {
                    past_runs.pop_front();
                }
            }
        }
        let peer = Peer {
            run: beat.run,
            past_runs,
            sequence: beat.sequence,
            heard_at: now,
            suspected_at: None,
            stopping: beat.stopping,
            tasks: beat
                .tasks
                .into_iter()
                .map(|standing| (standing.task, standing))
                .collect(),
        };
        self.members.insert(beat.member, peer);
    }

    /// Looks who is silent.
    pub(super) fn look(&mut self, now: Moment) {
        // This process stood still itself: what was written meanwhile is still to be heard.
        if now.saturating_sub(self.looked_at) >= SUSPECTED_AFTER {
            self.listens_since = now;
        }
        self.looked_at = now;
        self.members
            .retain(|_, peer| now.saturating_sub(peer.heard_at) < FORGOTTEN_AFTER);
        let Some(own) = self.own else { return };
        for peer in self.members.values_mut() {
            if own.last.saturating_sub(peer.heard_at.max(own.steady_since)) >= SUSPECTED_AFTER {
                peer.suspected_at.get_or_insert(now);
            }
        }
    }

    /// Whether every member that lives was heard: reading begins before the last heartbeat of each, and our own came later.
    pub(super) fn is_settled(&self) -> bool {
        self.own.is_some()
    }

    /// Whether nothing can be known of the others: not even our own heartbeats come.
    pub(super) fn is_deaf(&self, now: Moment) -> bool {
        let heard = self
            .own
            .map_or(self.listens_since, |own| own.last.max(self.listens_since));
        now.saturating_sub(heard) >= DEAF_AFTER
    }

    /// The members that live, as far as is known.
    pub(super) fn live(&self) -> impl Iterator<Item = (&str, &Peer)> {
        let members = self.members.iter().map(|(name, peer)| (&**name, peer));
        members.filter(|(_, peer)| peer.suspected_at.is_none())
    }

    /// Among the members that live, who has the newest claim of `task`.
    pub(super) fn holder(&self, task: i32) -> Option<Holder<'_>> {
        let holders = self.live().filter_map(|(name, peer)| {
            let standing = peer.tasks.get(&task)?;
            let claim = standing.claim?;
            Some(Holder {
                name,
                claim,
                journal: standing.journal,
                stopping: peer.stopping,
            })
        });
        holders.max_by_key(|holder| holder.claim)
    }

    /// Whether a member that lives is taking `task` over.
    pub(super) fn is_being_claimed(&self, task: i32) -> bool {
        self.live()
            .any(|(_, peer)| peer.tasks.get(&task).is_some_and(|at| at.role == TaskRole::Claiming))
    }

    /// Since when a member is suspected to be dead that had `task`, when nobody has taken it since.
    pub(super) fn orphaned_since(&self, task: i32) -> Option<Moment> {
        let had = |peer: &&Peer| {
            let role = peer.tasks.get(&task).map(|standing| standing.role);
            matches!(role, Some(TaskRole::Owner | TaskRole::Claiming))
        };
        let peers = self.members.values().filter(had);
        peers.filter_map(|peer| peer.suspected_at).max()
    }

    /// The newest claim of `task` that is known of another member, dead ones too.
    pub(super) fn newest_claim(&self, task: i32) -> Option<i64> {
        let claims = self.members.values().filter_map(|peer| peer.tasks.get(&task)?.claim);
        claims.max()
    }

    /// Somebody has claimed `task` at this offset: whoever is silent and had it before has it no longer.
    pub(super) fn claimed(&mut self, task: i32, claim: i64) {
        for peer in self.members.values_mut().filter(|peer| peer.suspected_at.is_some()) {
            if peer
                .tasks
                .get(&task)
                .is_some_and(|standing| standing.claim.is_none_or(|old| old < claim))
            {
                peer.tasks.remove(&task);
            }
        }
    }
}

/// The member that has a task.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    pub(super) name: &'a str,
    pub(super) claim: i64,
    /// The offset of the last journal record that it has written or read.
    pub(super) journal: Option<i64>,
    pub(super) stopping: bool,
}
