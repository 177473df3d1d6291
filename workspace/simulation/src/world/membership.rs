//! Membership: an oracle that proposes. It learns late who is there, and what it says may be wrong.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::Timestamp;
use palinode_engine::cycle::Signal;

use super::{Event, world::World};
use crate::history::Happened;

/// A member that is silent for so long is taken for dead.
const SILENCE_MS: i64 = 6_000;
/// A member that comes is known at the latest after this.
const NEWS_MS: i64 = 1_000;
/// A task that is taken from a member is given to the next one at the latest after this.
const HAND_OVER_MS: i64 = 1_100;
/// What was said wrong is set right at the latest after this.
const LIE_MS: i64 = 15_000;

/// What membership believes.
#[derive(Debug)]
pub(super) struct Membership {
    tasks: i32,
    members: Vec<Member>,
}

#[derive(Clone, Debug, Default)]
struct Member {
    is_there: bool,
    silent_since: Option<Timestamp>,
    run: Option<u64>,
    /// The tasks that its process was told to run.
    told: BTreeSet<i32>,
}

impl Membership {
    pub(super) fn new(nodes: usize, tasks: i32) -> Self {
        Self {
            tasks,
            members: vec![Member::default(); nodes],
        }
    }

    /// The tasks that each member should run.
    fn wanted(&self) -> BTreeMap<usize, BTreeSet<i32>> {
        let there = |(node, member): (usize, &Member)| member.is_there.then_some(node);
        let live: Vec<usize> = self.members.iter().enumerate().filter_map(there).collect();
        let mut wanted: BTreeMap<usize, BTreeSet<i32>> = BTreeMap::new();
        if live.is_empty() {
            return wanted;
        }
        for task in 0..self.tasks {
            let turn = usize::try_from(task).unwrap_or(0) % live.len();
            wanted.entry(live[turn]).or_default().insert(task);
        }
        wanted
    }
}

impl World {
    /// Somebody comes or goes: membership looks soon, and again when the silence is long enough.
    pub(super) fn membership_changes(&mut self) {
        let soon = self.random.between(0, NEWS_MS);
        let mut space = self.space.borrow_mut();
        space.later(soon, Event::Membership);
        space.later(SILENCE_MS + soon, Event::Membership);
    }

    /// Membership looks who is there, and says what follows.
    pub(super) fn look_around(&mut self) {
        let now = self.now();
        {
            let space = self.space.borrow();
            if space.network.broker.is_none() {
                // Nobody hears of anybody.
                return;
            }
            for (member, place) in self.membership.members.iter_mut().zip(&space.places) {
                if member.run != place.run {
                    // What was told to the process before is not known to this one.
                    member.run = place.run;
                    member.told.clear();
                }
                if place.is_reachable() {
                    member.is_there = true;
                    member.silent_since = None;
                } else {
                    let since = *member.silent_since.get_or_insert(now);
                    member.is_there &= place.run.is_some() && now.0 - since.0 < SILENCE_MS;
                }
            }
        }
        self.propose();
    }

    fn propose(&mut self) {
        let wanted = self.membership.wanted();
        let none = BTreeSet::new();
        let mut takes_away = false;
        for node in 0..self.membership.members.len() {
            let wanted = wanted.get(&node).unwrap_or(&none);
            let gone: Vec<i32> = self.membership.members[node].told.difference(wanted).copied().collect();
            for task in gone {
                takes_away |= self.say(node, task, false, 0);
            }
        }
        let wait = if takes_away { HAND_OVER_MS } else { 0 };
        for (node, tasks) in wanted {
            let new: Vec<i32> = tasks.difference(&self.membership.members[node].told).copied().collect();
            for task in new {
                self.say(node, task, true, wait);
            }
        }
    }

    /// Says something to a member, if it hears it.
    pub(super) fn say(&mut self, node: usize, task: i32, is_proposed: bool, up_to_ms: i64) -> bool {
        let delay = self.random.between(0, up_to_ms);
        let mut space = self.space.borrow_mut();
        let Some(run) = space.places[node].run.filter(|_| !space.places[node].is_cut_off) else {
            return false;
        };
        let told = &mut self.membership.members[node].told;
        let signal = if is_proposed {
            told.insert(task);
            Signal::Proposed
        } else {
            told.remove(&task);
            Signal::Withdrawn
        };
        space.note(Happened::Membership {
            node,
            task,
            is_proposed,
        });
        space.later(
            delay,
            Event::Tell {
                node,
                run,
                task,
                signal,
            },
        );
        true
    }

    /// Membership says what is wrong, and sets it right some time later.
    pub(super) fn lie(&mut self, node: usize, task: i32, is_proposed: bool) {
        self.say(node, task, is_proposed, 0);
        let later = self.random.between(LIE_MS / 5, LIE_MS);
        self.space.borrow_mut().later(later, Event::Membership);
    }

    /// The process that runs a task, by membership's word.
    pub(super) fn owner(&self, task: i32) -> Option<usize> {
        let is_told = |member: &Member| member.told.contains(&task);
        self.membership.members.iter().position(is_told)
    }
}
