//! What plans of scenarios are made of, and signs by which they are known.

use crate::{
    Remains,
    history::{Entry, Happened},
    plan::{Definitions, Fault, NodePlan, Services, Timed, Wish, WorldPlan},
};

/// When worlds of scenarios are healed.
const HEAL_AT_MS: i64 = 60_000;
/// Orders are placed one after the other, so far apart.
const ORDER_EVERY_MS: i64 = 1_300;

/// Services that answer soon and rightly.
pub(super) fn good() -> Services {
    Services {
        delay_up_to_ms: 150,
        late_percent: 0,
        silent_percent: 0,
        twice_percent: 0,
        refused_percent: 0,
        failed_percent: 0,
        bare_percent: 0,
        unasked_percent: 0,
        wrong_percent: 0,
        read_uncommitted: false,
    }
}

/// A world without faults: two nodes, one task, and an order every now and then.
pub(super) fn quiet(seed: u64, definitions: Definitions, orders: usize) -> WorldPlan {
    let node = || NodePlan {
        clock_ahead_ms: 0,
        is_old: false,
    };
    let placed = (0..orders).zip(0_i64..).map(|(order, place)| Timed {
        at_ms: place * ORDER_EVERY_MS,
        what: Wish::Order { order },
    });
    WorldPlan {
        seed,
        nodes: vec![node(), node()],
        tasks: 1,
        definitions,
        marker_delay_ms: Some(15),
        services: good(),
        wishes: placed.collect(),
        faults: Vec::new(),
        heal_at_ms: HEAL_AT_MS,
    }
}

impl WorldPlan {
    /// The same with these faults.
    pub(super) fn with(mut self, faults: impl IntoIterator<Item = (i64, Fault)>) -> Self {
        let timed = faults.into_iter().map(|(at_ms, what)| Timed { at_ms, what });
        self.faults.extend(timed);
        self.faults.sort_by_key(|fault| fault.at_ms);
        self
    }
}

/// Whether these happened, each after the one before.
pub(super) fn one_after_the_other(remains: &Remains, signs: &[&dyn Fn(&Entry) -> bool]) -> bool {
    let mut signs = signs.iter().peekable();
    for entry in remains.history.entries() {
        signs.next_if(|sign| sign(entry));
    }
    signs.peek().is_none()
}

/// Whether a task said so of itself.
pub(super) fn was(remains: &Remains, status: &str) -> bool {
    let entries = remains.history.entries().iter();
    entries.filter_map(status_of).any(|(_, said)| said.contains(status))
}

/// What a task said of itself, and its node.
pub(super) fn status_of(entry: &Entry) -> Option<(usize, &str)> {
    match &entry.what {
        Happened::Status { node, status, .. } => Some((*node, status)),
        _ => None,
    }
}

/// Whether the entry says that the node initialised all ids of its task.
pub(super) fn is_fenced_by(entry: &Entry, by: usize) -> bool {
    matches!(&entry.what, Happened::Fenced { node, error: None, .. } if *node == by)
}

/// Whether the entry is a fault whose kind has these words.
pub(super) fn is_fault(entry: &Entry, words: &str) -> bool {
    matches!(&entry.what, Happened::Fault { kind, .. } if kind.contains(words))
}
