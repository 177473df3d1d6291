//! Which step waits for which.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::OnExhausted;

use super::certain::{Escape, certain};
use crate::{
    Code,
    raw::{Choice, Step},
    source::{At, Report},
    suggest::nearest_or_all,
};

/// The steps by their place in the file, and what their `after` says.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The place of each id.
    pub(crate) places: BTreeMap<String, usize>,
    /// For each step those that it waits for; of a choice, all alternatives.
    pub(crate) after: Vec<Vec<usize>>,
    /// For each step the earlier alternatives of its choice.
    pub(crate) unless: Vec<Vec<usize>>,
    /// For each step all that must be settled before it.
    pub(crate) ancestors: Vec<BTreeSet<usize>>,
    /// For each step all that have certainly succeeded when it begins.
    pub(crate) certain: Vec<BTreeSet<usize>>,
    /// For each step whether it is done in every saga that goes that far: it is never passed over or given up.
    pub(crate) firm: Vec<bool>,
    /// Every step once, after those that it waits for; steps of a cycle come last.
    pub(crate) order: Vec<usize>,
    /// How many steps of the order are in no cycle and wait for none.
    pub(crate) acyclic: usize,
}

impl Graph {
    pub(crate) fn of(steps: &[Step], choices: &[Choice], report: &mut Report<'_>) -> Self {
        let names = Names::of(steps, choices, report);
        let after: Vec<Vec<usize>> = steps.iter().map(|step| names.after(step, report)).collect();
        let unless: Vec<Vec<usize>> = steps
            .iter()
            .enumerate()
            .map(|(place, step)| earlier(place, step, choices))
            .collect();
        let before: Vec<Vec<usize>> = after
            .iter()
            .zip(&unless)
            .map(|(after, unless)| after.iter().chain(unless).copied().collect())
            .collect();
        let order = order(&before);
        let acyclic = order.len();
        cycles(steps, &before, &order, report);
        let in_order: BTreeSet<usize> = order.iter().copied().collect();
        let ancestors = ancestors(&after, &order);
        let escapes: Vec<Escape> = steps
            .iter()
            .zip(&unless)
            .map(|(step, unless)| escape(step, unless))
            .collect();
        let exhaustive: Vec<Vec<usize>> = choices
            .iter()
            .filter(|choice| is_exhaustive(choice, steps))
            .map(|choice| choice.alternatives.clone())
            .collect();
        let (firm, certain) = certain(&after, &order, &escapes, &exhaustive);
        let rest = (0..steps.len()).filter(|place| !in_order.contains(place));
        let order = order.iter().copied().chain(rest).collect();
        Self {
            places: names.steps,
            after,
            unless,
            ancestors,
            certain,
            firm,
            order,
            acyclic,
        }
    }

    /// The ids of all steps.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }
}

fn escape(step: &Step, unless: &[usize]) -> Escape {
    let continues = step
        .on_exhausted
        .as_ref()
        .is_some_and(|what| what.value == OnExhausted::Continue);
    Escape {
        passed_over: step.when.is_some() || !unless.is_empty(),
        // Of a step for each element only elements are given up.
        given_up: continues && step.for_each.is_none(),
    }
}

/// Whether one of the alternatives is always done: the last one needs no condition.
fn is_exhaustive(choice: &Choice, steps: &[Step]) -> bool {
    let last = choice.alternatives.last().and_then(|place| steps.get(*place));
    last.is_some_and(|step| step.when.is_none())
}

/// The earlier alternatives of the choice that the step at `place` belongs to.
fn earlier(place: usize, step: &Step, choices: &[Choice]) -> Vec<usize> {
    let choice = step.choice.and_then(|choice| choices.get(choice));
    let alternatives = choice.map_or(&[][..], |choice| &choice.alternatives);
    alternatives
        .iter()
        .copied()
        .take_while(|other| *other != place)
        .collect()
}

/// What the names of steps and of choices stand for.
struct Names {
    steps: BTreeMap<String, usize>,
    choices: BTreeMap<String, Vec<usize>>,
}

impl Names {
    fn of(steps: &[Step], choices: &[Choice], report: &mut Report<'_>) -> Self {
        let mut lines: BTreeMap<String, u32> = BTreeMap::new();
        let mut names = Self {
            steps: BTreeMap::new(),
            choices: BTreeMap::new(),
        };
        let mut is_new = |name: &At<String>, report: &mut Report<'_>| match lines.get(name.value.as_str()) {
            Some(line) => {
                let message = format!(
                    "'{}' is the name of two steps or choices; the first stands in line {line}",
                    name.value
                );
                report.error(Code::DuplicateStep, name.span, message);
                false
            }
            None => {
                lines.insert(name.value.clone(), name.span.line);
                true
            }
        };
        for (place, step) in steps.iter().enumerate() {
            let Some(id) = &step.id else { continue };
            if is_new(id, report) {
                names.steps.insert(id.value.clone(), place);
            }
        }
        for choice in choices {
            let Some(name) = &choice.name else { continue };
            if is_new(name, report) {
                names.choices.insert(name.value.clone(), choice.alternatives.clone());
            }
        }
        names
    }

    /// The steps that the step waits for.
    fn after(&self, step: &Step, report: &mut Report<'_>) -> Vec<usize> {
        let mut named: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for name in &step.after {
            let places = match (self.steps.get(&name.value), self.choices.get(&name.value)) {
                (Some(place), _) => std::slice::from_ref(place),
                (None, Some(places)) => places,
                (None, None) => {
                    let message = format!("there is no step '{}'", name.value);
                    let known = self.steps.keys().chain(self.choices.keys()).map(String::as_str);
                    let others = known.filter(|id| *id != step.name());
                    report.push(
                        Code::UnknownStep,
                        name.span,
                        message,
                        nearest_or_all(&name.value, others),
                    );
                    continue;
                }
            };
            if named.contains(&name.value.as_str()) {
                let message = format!("'{}' stands twice in this list", name.value);
                report.error(Code::NamedTwice, name.span, message);
                continue;
            }
            named.push(&name.value);
            for place in places {
                if !found.contains(place) {
                    found.push(*place);
                }
            }
        }
        found
    }
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
fn cycles(steps: &[Step], before: &[Vec<usize>], order: &[usize], report: &mut Report<'_>) {
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
            match before[current].iter().find(|other| open.contains(other)) {
                Some(other) => current = *other,
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
