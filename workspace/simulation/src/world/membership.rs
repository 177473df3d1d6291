//! Membership: an oracle that proposes. It learns late who is there, and what it says may be wrong.

use std::collections::BTreeMap;

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
/// A member that is to give a task up goes on with it for so long at the most: the next one takes it over meanwhile.
const GOES_ON_MS: i64 = 4_000;
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
    /// What its process was told to do.
    told: BTreeMap<i32, Word>,
    /// The tasks with which it goes on although others are to run them, and how long.
    goes_on: BTreeMap<i32, Timestamp>,
}

/// What a process is told to do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Run it.
    Run,
    /// Follow its journal.
    Follow,
    /// Nothing.
    Nothing,
}

impl Membership {
    pub(super) fn new(nodes: usize, tasks: i32) -> Self {
        Self {
            tasks,
            members: vec![Member::default(); nodes],
        }
    }

    /// What each member should do for each task: one runs it, the next one follows it.
    fn wanted(&self) -> BTreeMap<(usize, i32), Word> {
        let there = |(node, member): (usize, &Member)| member.is_there.then_some(node);
        let live: Vec<usize> = self.members.iter().enumerate().filter_map(there).collect();
        let mut wanted = BTreeMap::new();
        if live.is_empty() {
            return wanted;
        }
        for task in 0..self.tasks {
            let turn = usize::try_from(task).unwrap_or(0);
            wanted.insert((live[(turn + 1) % live.len()], task), Word::Follow);
            wanted.insert((live[turn % live.len()], task), Word::Run);
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
                    member.goes_on.clear();
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
        let mut takes_away = false;
        for node in 0..self.membership.members.len() {
            let told = self.membership.members[node].told.clone();
            for (task, said) in told {
                let word = wanted.get(&(node, task)).copied().unwrap_or(Word::Nothing);
                match (said, word) {
                    (Word::Run, Word::Run) => {
                        self.membership.members[node].goes_on.remove(&task);
                    }
                    (Word::Run, _) if self.lets_go_on(node, task) => {}
                    (Word::Run, _) => takes_away |= self.say(node, task, word, 0),
                    (Word::Follow, Word::Nothing) => {
                        self.say(node, task, word, 0);
                    }
                    _ => {}
                }
            }
        }
        let wait = if takes_away { HAND_OVER_MS } else { 0 };
        for ((node, task), word) in wanted {
            let said = self.membership.members[node].told.get(&task).copied();
            if said != Some(word) && !self.membership.members[node].goes_on.contains_key(&task) {
                // Only what is given waits for what is taken.
                self.say(node, task, word, if word == Word::Run { wait } else { 0 });
            }
        }
    }

    /// A member that is to give a task up is told so at once, or goes on until the next one has taken it.
    fn lets_go_on(&mut self, node: usize, task: i32) -> bool {
        let now = self.now();
        if let Some(until) = self.membership.members[node].goes_on.get(&task) {
            return now < *until;
        }
        if self.random.between(0, 1) == 0 {
            return false;
        }
        let more = self.random.between(1, GOES_ON_MS);
        let until = Timestamp(now.0 + more);
        self.membership.members[node].goes_on.insert(task, until);
        self.space.borrow_mut().later(more, Event::Membership);
        true
    }

    /// Says something to a member, if it hears it.
    pub(super) fn say(&mut self, node: usize, task: i32, word: Word, up_to_ms: i64) -> bool {
        let delay = self.random.between(0, up_to_ms);
        let mut space = self.space.borrow_mut();
        let Some(run) = space.places[node].run.filter(|_| !space.places[node].is_cut_off) else {
            return false;
        };
        let member = &mut self.membership.members[node];
        member.goes_on.remove(&task);
        member.told.insert(task, word);
        let signal = match word {
            Word::Run => Signal::Proposed,
            Word::Follow => Signal::Follow,
            Word::Nothing => Signal::Withdrawn,
        };
        space.note(Happened::Membership {
            node,
            task,
            is_proposed: word == Word::Run,
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
    pub(super) fn lie(&mut self, node: usize, task: i32, word: Word) {
        self.say(node, task, word, 0);
        let later = self.random.between(LIE_MS / 5, LIE_MS);
        self.space.borrow_mut().later(later, Event::Membership);
    }

    /// The process that runs a task, by membership's word.
    pub(super) fn owner(&self, task: i32) -> Option<usize> {
        let is_told =
            |member: &Member| member.told.get(&task) == Some(&Word::Run) && !member.goes_on.contains_key(&task);
        self.membership.members.iter().position(is_told)
    }
}
