//! Which step waits for which.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::limits::STEPS_MAX;

use crate::{Code, raw::Step, source::Report, suggest::nearest_or_all};

/// The steps by their place in the file, and what their `after` says.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The place of each id.
    pub(crate) places: BTreeMap<String, usize>,
    /// For each step those that it names in `after`.
    pub(crate) after: Vec<Vec<usize>>,
    /// For each step all that must have succeeded before it.
    pub(crate) ancestors: Vec<BTreeSet<usize>>,
    /// Every step once, after those that it waits for; steps of a cycle come last.
    pub(crate) order: Vec<usize>,
    /// How many steps of the order are in no cycle and wait for none.
    pub(crate) acyclic: usize,
}

impl Graph {
    pub(crate) fn of(steps: &[Step], report: &mut Report<'_>) -> Self {
        if let Some(first) = steps.get(STEPS_MAX) {
            let span = first.id.as_ref().map_or(crate::source::Span::START, |id| id.span);
            let message = format!("the definition has {} steps, more than {STEPS_MAX}", steps.len());
            report.error_with(
                Code::LimitExceeded,
                span,
                message,
                "a process of more steps is better cut in two",
            );
        }
        let places = places(steps, report);
        let after: Vec<Vec<usize>> = steps.iter().map(|step| after(step, &places, report)).collect();
        let order = order(&after);
        let acyclic = order.len();
        cycles(steps, &after, &order, report);
        let in_order: BTreeSet<usize> = order.iter().copied().collect();
        let ancestors = ancestors(&after, &order[..acyclic]);
        let rest = (0..steps.len()).filter(|place| !in_order.contains(place));
        let order = order.iter().copied().chain(rest).collect();
        Self {
            places,
            after,
            ancestors,
            order,
            acyclic,
        }
    }

    /// The ids of all steps.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }
}

fn places(steps: &[Step], report: &mut Report<'_>) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for (place, step) in steps.iter().enumerate() {
        let Some(id) = &step.id else { continue };
        if let Some(first) = places.get(&id.value) {
            let line = steps
                .get(*first)
                .and_then(|step: &Step| step.id.as_ref())
                .map_or(0, |id| id.span.line);
            let message = format!("two steps have the id '{}'; the first stands in line {line}", id.value);
            report.error(Code::DuplicateStep, id.span, message);
        } else {
            places.insert(id.value.clone(), place);
        }
    }
    places
}

fn after(step: &Step, places: &BTreeMap<String, usize>, report: &mut Report<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    for name in &step.after {
        let Some(place) = places.get(&name.value) else {
            let message = format!("there is no step '{}'", name.value);
            let known = places.keys().map(String::as_str).filter(|id| *id != step.name());
            report.push(
                Code::UnknownStep,
                name.span,
                message,
                nearest_or_all(&name.value, known),
            );
            continue;
        };
        if found.contains(place) {
            report.error(
                Code::NamedTwice,
                name.span,
                format!("'{}' stands twice in this list", name.value),
            );
            continue;
        }
        found.push(*place);
    }
    found
}

/// Topological order; steps that wait for nothing more come in the order of the file. Without steps that are part of a
/// cycle or wait for one.
fn order(after: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(after.len());
    let mut done = vec![false; after.len()];
    loop {
        let ready = |place: &usize| !done[*place] && after[*place].iter().all(|before| done[*before]);
        let Some(next) = (0..after.len()).find(ready) else {
            return order;
        };
        done[next] = true;
        order.push(next);
    }
}

fn ancestors(after: &[Vec<usize>], order: &[usize]) -> Vec<BTreeSet<usize>> {
    let mut ancestors = vec![BTreeSet::new(); after.len()];
    for &place in order {
        let mut all: BTreeSet<usize> = after[place].iter().copied().collect();
        for before in &after[place] {
            all.extend(&ancestors[*before]);
        }
        ancestors[place] = all;
    }
    ancestors
}

/// Reports each cycle once, by name.
fn cycles(steps: &[Step], after: &[Vec<usize>], order: &[usize], report: &mut Report<'_>) {
    let mut open: BTreeSet<usize> = (0..steps.len()).filter(|place| !order.contains(place)).collect();
    while let Some(&start) = open.first() {
        // Every open step waits for an open step, so that going back always meets one again, or leaves the open ones.
        let mut path = Vec::new();
        let mut current = start;
        let met = loop {
            if let Some(position) = path.iter().position(|place| *place == current) {
                break Some(position);
            }
            path.push(current);
            match after[current].iter().find(|before| open.contains(before)) {
                Some(before) => current = *before,
                None => break None,
            }
        };
        if let Some(position) = met {
            tell(steps, &path[position..], report);
        }
        for place in path {
            open.remove(&place);
        }
    }
}

/// `cycle` goes from each step to one that it waits for.
fn tell(steps: &[Step], cycle: &[usize], report: &mut Report<'_>) {
    let Some((&first, rest)) = cycle.split_first() else {
        return;
    };
    let mut names: Vec<&str> = vec![steps[first].name()];
    names.extend(rest.iter().rev().map(|place| steps[*place].name()));
    names.push(steps[first].name());
    let before = rest.first().map_or(steps[first].name(), |place| steps[*place].name());
    let place = steps[first].after.iter().find(|name| name.value == before);
    let Some(span) = place.or(steps[first].id.as_ref()).map(|name| name.span) else {
        return;
    };
    let message = format!("the steps wait for each other: {}", names.join(" → "));
    report.error_with(Code::Cycle, span, message, "remove one of these names from an 'after'");
}
