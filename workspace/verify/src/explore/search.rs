//! Breadth first through all states: the first path to anything is a shortest one.

use std::collections::{BTreeMap, VecDeque};

use palinode_core::{Event, Outcome, Plan, Saga, StepIndex, timers};
use serde::Serialize;

use super::{
    Coverage, Path,
    reduction::{self, Successors},
    seen::{Fingerprint, Seen},
};
use crate::{
    Core, Rule, Settings,
    world::{Broken, Made, Move, Picks, Style, Taker, World, canonical, decode, encode, moves, moves_again},
};

/// What was explored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explored {
    /// Different states.
    pub states: u64,
    /// Moves that were made.
    pub moves: u64,
    /// States that ended completed.
    pub completed: u64,
    /// States that ended compensated.
    pub compensated: u64,
    /// States in which the saga waits for somebody.
    pub suspended: u64,
    /// Bytes that the explorer needed at most, without what the process needs anyway.
    pub bytes: u64,
    /// Whether all states were explored: not when the limit was met first.
    pub is_complete: bool,
}

impl Explored {
    /// Adds another exploration of the same definition.
    pub(crate) fn add(&mut self, other: &Self) {
        self.states += other.states;
        self.moves += other.moves;
        self.completed += other.completed;
        self.compensated += other.compensated;
        self.suspended += other.suspended;
        self.bytes = self.bytes.max(other.bytes);
        self.is_complete &= other.is_complete;
    }
}

/// How a state is to be seen as an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The saga goes on by itself.
    Open,
    /// It waits for somebody.
    Suspended,
    /// It has ended.
    Closed,
}

/// A state: how it was reached first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) made: Made,
    pub(super) kind: Kind,
}

/// Marks an edge that needs somebody to intervene.
pub(super) const INTERVENTION: u32 = 1 << 31;

/// The states, the edges between them, and what was found.
pub(crate) struct Search {
    pub(crate) explored: Explored,
    pub(crate) coverage: Coverage,
    /// The first path to each thing that was found.
    pub(crate) found: BTreeMap<(Rule, Option<StepIndex>), Path>,
    pub(super) nodes: Vec<Node>,
    /// Where the edges of each state begin in `targets`.
    pub(super) starts: Vec<u32>,
    pub(super) targets: Vec<u32>,
    seen: Seen,
    style: Style,
    frontier: VecDeque<Vec<u8>>,
    frontier_bytes: usize,
}

/// Explores what `core` makes of `plan`, with participants that reply in `style`.
pub(crate) fn explore<C: Core>(core: &C, plan: &Plan, style: Style, settings: Settings) -> Search {
    let Settings { states_max, reduced } = settings;
    let taker = Taker::new(core, plan);
    let mut search = Search {
        explored: Explored {
            is_complete: true,
            ..Explored::default()
        },
        coverage: Coverage::of(plan),
        found: BTreeMap::new(),
        nodes: Vec::new(),
        starts: Vec::new(),
        targets: Vec::new(),
        seen: Seen::new(),
        style,
        frontier: VecDeque::new(),
        frontier_bytes: 0,
    };
    let nothing = Made {
        what: Move::Start,
        picks: Picks::default(),
    };
    search.meet(plan, 0, nothing, World::new(plan, style));
    let mut number = 0;
    while let Some(bytes) = search.frontier.pop_front() {
        search.frontier_bytes -= bytes.len();
        if let Some(world) = decode(&bytes) {
            search.expand(&taker, number, &world, reduced);
        }
        if search.nodes.len() >= states_max as usize {
            search.explored.is_complete = false;
            break;
        }
        number += 1;
    }
    search
        .starts
        .push(u32::try_from(search.targets.len()).unwrap_or(u32::MAX));
    search.explored.states = search.nodes.len() as u64;
    search
}

impl Search {
    fn expand<C: Core>(&mut self, taker: &Taker<'_, C>, number: u32, world: &World, reduced: bool) {
        let begin = self.targets.len();
        self.starts.push(u32::try_from(begin).unwrap_or(u32::MAX));
        let mut possible = Vec::new();
        moves(taker.plan, world, &mut possible);
        let Successors {
            chosen,
            tried,
            is_complete,
        } = reduction::successors(taker, world, &possible, reduced);
        self.explored.moves += tried + self.again(taker, number, world);
        self.explored.is_complete &= is_complete;
        for (made, taken) in chosen {
            for broken in &taken.broken {
                self.note(*broken, number, made);
            }
            self.coverage.note(taker.plan, world, &taken.events);
            self.note_waits(taker.plan, &taken.events, number, made);
            let next = self.meet(taker.plan, number, made, taken.world);
            let mark = if made.what.is_intervention() { INTERVENTION } else { 0 };
            if next != number && !self.targets[begin..].contains(&(next | mark)) {
                self.targets.push(next | mark);
            }
        }
    }

    /// Lets everything come once more, in every state: it must change nothing. Gives how much that was.
    fn again<C: Core>(&mut self, taker: &Taker<'_, C>, number: u32, world: &World) -> u64 {
        let mut again = Vec::new();
        moves_again(taker.plan, world, &mut again);
        for what in &again {
            let broken = taker.take_again(world, *what);
            let made = Made {
                what: Move::Again(*what),
                picks: Picks::default(),
            };
            broken.iter().for_each(|broken| self.note(*broken, number, made));
        }
        again.len() as u64
    }

    /// The number of the state; a new one is queued.
    fn meet(&mut self, plan: &Plan, parent: u32, made: Made, mut world: World) -> u32 {
        canonical(plan, &mut world);
        let bytes = encode(&world);
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let (number, is_new) = self.seen.insert(Fingerprint::of(&bytes), number);
        if is_new {
            let kind = self.kind(&world);
            self.nodes.push(Node { parent, made, kind });
            if kind == Kind::Open && world.open().is_some() && timers(world.saga.as_ref()).is_empty() {
                let broken = Broken {
                    rule: Rule::Stuck,
                    step: None,
                };
                self.note(broken, parent, made);
            }
            self.frontier_bytes += bytes.len();
            self.frontier.push_back(bytes);
            self.explored.bytes = self.explored.bytes.max(self.bytes());
        }
        number
    }

    /// The number of a state that was met before.
    pub(super) fn number_of(&self, world: &World) -> Option<u32> {
        self.seen.number(Fingerprint::of(&encode(world)))
    }

    fn kind(&mut self, world: &World) -> Kind {
        match &world.saga {
            Some(Saga::Closed(closed)) => {
                match closed.outcome {
                    Outcome::Completed => self.explored.completed += 1,
                    Outcome::Compensated => self.explored.compensated += 1,
                }
                Kind::Closed
            }
            Some(Saga::Open(state)) if state.suspended.is_some() => {
                self.explored.suspended += 1;
                Kind::Suspended
            }
            _ => Kind::Open,
        }
    }

    fn note(&mut self, broken: Broken, number: u32, made: Made) {
        let key = (broken.rule, broken.step);
        if !self.found.contains_key(&key) {
            let path = self.path(number, Some(made));
            self.found.insert(key, path);
        }
    }

    fn note_waits(&mut self, plan: &Plan, events: &[Event], number: u32, made: Made) {
        for event in events {
            if let Some(step) = super::coverage::waits_for_a_person(plan, event) {
                let rule = Rule::WaitsForAPerson;
                self.note(Broken { rule, step }, number, made);
            }
        }
    }

    /// The moves that lead to the state `number`, and `last`.
    pub(super) fn path(&self, number: u32, last: Option<Made>) -> Path {
        let mut moves: Vec<Made> = last.into_iter().collect();
        let mut at = number;
        while at != 0 {
            let Some(node) = self.nodes.get(at as usize) else { break };
            moves.push(node.made);
            at = node.parent;
        }
        moves.reverse();
        Path {
            style: self.style,
            moves,
        }
    }

    fn bytes(&self) -> u64 {
        let queued = self.frontier.len() * size_of::<Vec<u8>>() + self.frontier_bytes;
        let graph = self.nodes.len() * size_of::<Node>() + (self.starts.len() + self.targets.len()) * size_of::<u32>();
        (self.seen.bytes() + queued + graph) as u64
    }
}
