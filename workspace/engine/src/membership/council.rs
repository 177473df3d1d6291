//! One member's opinion of who should run which task.
//!
//! The group's assignment says who should run a task in the end; the heartbeats say who runs it now, how far the others
//! follow, and who is silent. Whoever runs a task goes on with it until a newer claim of a living member is told of: so
//! nothing is given up before somebody else has it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use palinode_core::Timestamp;
use palinode_wire::heartbeat::{Heartbeat, JOURNAL_FORMAT, TaskRole};

use super::{
    Moment, Role, Standing,
    peers::{Holder, Peers},
    rank::in_order,
    seat::{Assignment, Seat},
};

/// So much longer waits each further candidate for the task of a dead member: the first one needs less to tell that it is
/// taking it over.
const RANK_WAIT: Duration = Duration::from_millis(750);

/// A standby that is at most so many journal records behind can take over: they are replayed in some ten milliseconds.
const CAUGHT_UP_RECORDS: i64 = 2_000;

/// The group's word that this member is to run a task was overtaken by a newer claim: it counts again after this time.
/// Doubles with each time that this happens, up to [`AGAIN_AFTER_MAX`].
const AGAIN_AFTER: Duration = Duration::from_secs(10);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// A member that hears nothing of the others gives up what the group has taken from it after this time.
const UNHEARD_MAX: Duration = Duration::from_secs(10);

/// A task that another member is taking over, or has parked, is left to it for so long when the group wants it here.
const CLAIMING_MAX: Duration = Duration::from_secs(10);

/// The opinion of one member.
#[derive(Debug)]
pub struct Council {
    me: Arc<str>,
    run: Arc<str>,
    replicas: usize,
    peers: Peers,
    seats: BTreeMap<i32, Seat>,
    sequence: i64,
    stopping: bool,
}

impl Council {
    /// The opinion of `member`, whose process is this `run`, on the tasks from 0 to `tasks`; each is to have so many
    /// `replicas`, standbys beside its owner.
    pub fn new(member: Arc<str>, run: Arc<str>, tasks: i32, replicas: usize, now: Moment) -> Self {
        Self {
            peers: Peers::new(Arc::clone(&member), Arc::clone(&run), now),
            me: member,
            run,
            replicas,
            seats: (0..tasks).map(|task| (task, Seat::default())).collect(),
            sequence: 0,
            stopping: false,
        }
    }

    /// The group wants these tasks to be run here.
    pub fn assigned(&mut self, tasks: &[i32]) {
        for task in tasks {
            let over = self.peers.newest_claim(*task);
            if let Some(seat) = self.seats.get_mut(task) {
                seat.assignment = Some(Assignment {
                    over,
                    ..Assignment::default()
                });
            }
        }
    }

    /// The group wants these tasks to be run elsewhere.
    pub fn withdrawn(&mut self, tasks: &[i32], now: Moment) {
        for task in tasks {
            if let Some(seat) = self.seats.get_mut(task) {
                seat.assignment = None;
                seat.withdrawn_at = now;
                // What has not begun here is not finished first: whoever the group gives the task to would have to take it
                // over a second time.
                if seat.standing.has_not_begun() {
                    seat.bid = None;
                }
            }
        }
    }

    /// A heartbeat has come, be it our own.
    pub fn heard(&mut self, beat: Heartbeat, now: Moment) {
        let claims: Vec<(i32, i64)> = beat
            .tasks
            .iter()
            .filter_map(|standing| Some((standing.task, standing.claim?)))
            .collect();
        self.peers.heard(beat, now);
        for (task, claim) in claims {
            self.peers.claimed(task, claim);
        }
    }

    /// What this member does for `task`.
    pub fn stands(&mut self, task: i32, standing: Standing) {
        if let Some(seat) = self.seats.get_mut(&task) {
            seat.stands(standing);
        }
    }

    /// This member is about to end: it goes on until others have its tasks.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    /// Whether nothing is left that another member could take: all is taken, or there is nobody.
    pub fn is_handed_over(&self, now: Moment) -> bool {
        self.peers.is_deaf(now)
            || self.peers.live().all(|(_, peer)| peer.stopping)
            || self.seats.values().all(|seat| seat.bid.is_none())
    }

    /// What to do for each task.
    pub fn roles(&mut self, now: Moment) -> BTreeMap<i32, Role> {
        self.peers.look(now);
        let own: Vec<(i32, i64)> = self
            .seats
            .iter()
            .filter_map(|(task, seat)| Some((*task, seat.standing.claim()?)))
            .collect();
        for (task, claim) in own {
            self.peers.claimed(task, claim);
        }
        let mut roles = BTreeMap::new();
        let mut seats = self.seats.clone();
        for (task, seat) in &mut seats {
            roles.insert(*task, self.role(*task, seat, now));
        }
        self.seats = seats;
        roles
    }

    /// How many journal records this member's standby of `task` is behind, when both are known.
    pub fn lag(&self, task: i32) -> Option<u64> {
        let Standing::Standby(Some(read)) = self.seats.get(&task)?.standing else {
            return None;
        };
        let written = self.peers.holder(task)?.journal?;
        Some(written.saturating_sub(read).max(0).unsigned_abs())
    }

    /// The next heartbeat of this member.
    pub fn heartbeat(&mut self, sent_at: Timestamp) -> Heartbeat {
        self.sequence += 1;
        let told = self.seats.iter().filter_map(|(task, seat)| seat.standing.told(*task));
        Heartbeat {
            member: Arc::clone(&self.me),
            run: Arc::clone(&self.run),
            sequence: self.sequence,
            sent_at,
            stopping: self.stopping,
            journal_format: JOURNAL_FORMAT,
            tasks: told.collect(),
        }
    }

    fn role(&self, task: i32, seat: &mut Seat, now: Moment) -> Role {
        let holder = self.peers.holder(task);
        if let Some(bid) = seat.bid {
            let stake = bid.max(seat.standing.claim().unwrap_or(-1));
            if self.stays(task, seat, stake, holder, now) {
                seat.bid = Some(stake);
                return Role::Owner;
            }
            seat.bid = None;
        }
        if self.stopping {
            return Role::Idle;
        }
        if self.is_wanted(task, seat, holder, now) {
            let newest = self.peers.newest_claim(task);
            seat.bid = Some(newest.unwrap_or(-1));
            return Role::Owner;
        }
        if self.is_to_follow(task, seat, holder, now) {
            Role::Standby
        } else {
            Role::Idle
        }
    }

    /// Whether this member, which has decided to run the task, still should.
    fn stays(&self, task: i32, seat: &mut Seat, stake: i64, holder: Option<Holder<'_>>, now: Moment) -> bool {
        if self.peers.is_deaf(now) {
            let runs = matches!(seat.standing, Standing::Owner { .. });
            return seat.assignment.is_some() || (runs && now.saturating_sub(seat.withdrawn_at) < UNHEARD_MAX);
        }
        // Who takes a task over fences first and claims then: for so long nothing is heard of its claim.
        let is_taken = seat.is_lost && self.peers.is_being_claimed(task);
        if is_taken || holder.is_some_and(|holder| holder.claim > stake) {
            if let Some(word) = &mut seat.assignment {
                overtaken(word, now);
            }
            return false;
        }
        // What is only being taken over need not be handed over.
        !self.stopping || matches!(seat.standing, Standing::Owner { .. })
    }

    /// Whether this member should take the task over.
    fn is_wanted(&self, task: i32, seat: &mut Seat, holder: Option<Holder<'_>>, now: Moment) -> bool {
        let assigned = seat.assignment.is_some();
        if self.peers.is_deaf(now) {
            return seat
                .assignment
                .is_some_and(|word| word.again_at.is_none_or(|at| now >= at));
        }
        if let Some(holder) = holder {
            let meant = is_newer(seat.assignment.as_mut(), holder.claim, now)
                || (holder.stopping && self.candidates(task, holder.name).first() == Some(&&*self.me));
            return meant && has_caught_up(seat.standing, holder);
        }
        if self.peers.is_being_claimed(task) {
            let since = seat
                .assignment
                .as_mut()
                .map(|word| *word.claiming_since.get_or_insert(now));
            return since.is_some_and(|since| now.saturating_sub(since) >= CLAIMING_MAX);
        }
        if let Some(word) = &mut seat.assignment {
            word.claiming_since = None;
        }
        if let Some(since) = self.peers.orphaned_since(task) {
            let candidates = self.candidates(task, "");
            let rank = candidates
                .iter()
                .position(|member| **member == *self.me)
                .unwrap_or(candidates.len());
            let wait = RANK_WAIT.saturating_mul(u32::try_from(rank).unwrap_or(u32::MAX));
            return now.saturating_sub(since) >= wait;
        }
        assigned && self.peers.is_settled()
    }

    /// Who could take `task` next, the best first: those that follow it before those that do not. `but` is left out.
    fn candidates(&self, task: i32, but: &str) -> Vec<&str> {
        let mut order = self.in_order(task, but);
        order.sort_by_key(|member| !self.follows(task, member));
        order
    }

    /// The members that could run or follow `task`, in their order, this one among them.
    fn in_order(&self, task: i32, but: &str) -> Vec<&str> {
        let declined = |role: Option<TaskRole>| role == Some(TaskRole::Declined);
        let others = self
            .peers
            .live()
            .filter(|(_, peer)| !peer.stopping && !declined(peer.tasks.get(&task).map(|standing| standing.role)));
        let names = others.map(|(name, _)| name).filter(|name| *name != but);
        in_order(task, names.chain(std::iter::once(&*self.me)))
    }

    fn follows(&self, task: i32, member: &str) -> bool {
        if *member == *self.me {
            let standing = self.seats.get(&task).map(|seat| seat.standing);
            return matches!(standing, Some(Standing::Standby(Some(_))));
        }
        self.peers.live().any(|(name, peer)| {
            name == member
                && peer
                    .tasks
                    .get(&task)
                    .is_some_and(|at| at.role == TaskRole::Standby && at.journal.is_some())
        })
    }

    /// Whether this member should follow the journal of the task.
    fn is_to_follow(&self, task: i32, seat: &Seat, holder: Option<Holder<'_>>, now: Moment) -> bool {
        if self.peers.is_deaf(now) {
            return matches!(seat.standing, Standing::Standby(_) | Standing::Declined);
        }
        if seat.assignment.is_some() {
            return true;
        }
        let order = self.in_order(task, holder.map_or("", |holder| holder.name));
        // Those that wait for a task that nobody has follow it as well; which of them is to run it the group says.
        let is_standby = order.iter().take(self.replicas).any(|member| **member == *self.me);
        let is_heir = holder.is_some_and(|holder| holder.stopping) && order.first() == Some(&&*self.me);
        self.peers.is_settled() && holder.is_some() && (is_standby || is_heir)
            || (holder.is_none() && matches!(seat.standing, Standing::Standby(_)))
    }
}

/// Whether the group's word is newer than this claim of another member, or counts again.
fn is_newer(word: Option<&mut Assignment>, claim: i64, now: Moment) -> bool {
    let Some(word) = word else { return false };
    match word.again_at {
        Some(at) => now >= at,
        None if *word.over.get_or_insert(claim) >= claim => true,
        None => {
            overtaken(word, now);
            false
        }
    }
}

/// A newer claim stands: the group's word rests for a while, each time for longer.
fn overtaken(word: &mut Assignment, now: Moment) {
    let wait = AGAIN_AFTER.saturating_mul(1 << word.overtaken.min(6));
    word.again_at = Some(now + wait.min(AGAIN_AFTER_MAX));
    word.overtaken += 1;
}

/// Whether a take-over from here would be short.
fn has_caught_up(standing: Standing, holder: Holder<'_>) -> bool {
    match standing {
        Standing::Standby(Some(read)) => holder.journal.is_none_or(|written| written - read <= CAUGHT_UP_RECORDS),
        _ => false,
    }
}
