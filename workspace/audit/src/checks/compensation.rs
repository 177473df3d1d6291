//! What was done is taken back: all of it, once, and in reverse.

use std::collections::HashSet;

use palinode_core::{DefinitionName, Purpose, StepName};

use crate::{
    Graph,
    check::Check,
    facts::{Facts, NameIndex, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, Event, EventKind, InputPosition, Seen},
};

/// A compensated saga has taken back each step that may have been done, a step only after all that came after it; a
/// completed one has done each step and taken none back.
#[derive(Default)]
pub(crate) struct Compensation {
    sagas: PerSaga<Saga>,
    /// Steps that were ever taken back, for definitions whose steps the options do not tell.
    compensated: HashSet<(DefinitionName, NameIndex)>,
}

#[derive(Default)]
struct Saga {
    goes_back: bool,
    steps: Vec<(NameIndex, Step)>,
    /// Steps that were not taken back when the saga ended so, and where it ended.
    owed: Vec<(NameIndex, InputPosition)>,
}

#[derive(Clone, Copy, Default)]
struct Step {
    forward: Forward,
    back: Back,
    /// The saga went on without it.
    is_given_up: bool,
    /// Another saga does it.
    is_sub_saga: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Forward {
    #[default]
    NotRequested,
    Pending,
    Failed,
    Unknown,
    Done,
    /// No participant was asked, or all items were.
    WentBy,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Back {
    #[default]
    NotRequested,
    Begun,
    Done,
    GivenUp,
}

impl Check for Compensation {
    fn name(&self) -> &'static str {
        "compensation"
    }

    fn meaning(&self) -> &'static str {
        "money or goods of an order that came to nothing are still held, or were given back twice or too early"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let Content::Event(event) = &seen.content else { return };
        let mut fault = |what: String| found.of_saga(facts, event.saga, Some(seen.place()), || what);
        match event.kind {
            EventKind::TurnedBack => self.sagas.of(event.saga).turned_back(),
            EventKind::Completed => self.completed(event, facts, &mut fault),
            EventKind::Compensated => self.ended_compensated(event, seen.position(), facts, &mut fault),
            _ => match event.step {
                Some((step, Purpose::Forward)) => self.sagas.of(event.saga).step(step).forward(event),
                Some((step, Purpose::Compensation)) => self.backward(event, step, facts, &mut fault),
                None => {}
            },
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for (saga, known) in self.sagas.iter() {
            for (step, at) in known
                .owed
                .iter()
                .filter(|(step, _)| self.has_compensation(facts, saga, *step))
            {
                found.of_saga(facts, saga, Some(facts.place(*at)), || {
                    format!(
                        "the saga was compensated, and step '{}' was not taken back",
                        facts.steps.name(*step)
                    )
                });
            }
        }
    }
}

impl Compensation {
    fn backward(&mut self, event: &Event, step: NameIndex, facts: &Facts, fault: &mut impl FnMut(String)) {
        let name = facts.steps.name(step);
        match event.kind {
            EventKind::Requested => {
                if let Some(what) = self.refusal(event.saga, step, facts) {
                    fault(format!("step '{name}' is taken back {what}"));
                }
                self.compensated
                    .insert((facts.saga(event.saga).id.definition.clone(), step));
                self.sagas.of(event.saga).step(step).back = Back::Begun;
            }
            EventKind::Succeeded => {
                let back = &mut self.sagas.of(event.saga).step(step).back;
                if *back == Back::Done {
                    fault(format!("step '{name}' was taken back twice"));
                }
                *back = Back::Done;
            }
            EventKind::GivenUp => self.sagas.of(event.saga).step(step).back = Back::GivenUp,
            _ => {}
        }
    }

    /// What is wrong with taking `step` back. A compensation that is begun goes on, whatever happens meanwhile.
    fn refusal(&mut self, saga: SagaIndex, step: NameIndex, facts: &Facts) -> Option<String> {
        let known = self.sagas.of(saga);
        if !known.goes_back {
            return Some("while the saga goes forward".into());
        }
        let Step { forward, back, .. } = *known.step(step);
        match (forward, back) {
            (_, Back::Begun) => return None,
            (_, Back::Done) => return Some("again, after it was taken back".into()),
            (_, Back::GivenUp) => return Some("again, after that was given up".into()),
            (Forward::NotRequested | Forward::Failed | Forward::WentBy, _) => {
                return Some("although it was never done".into());
            }
            (Forward::Pending, _) => return Some("while its command waits for an answer".into()),
            (Forward::Unknown | Forward::Done, Back::NotRequested) => {}
        }
        let template = StepName::from(facts.steps.name(step).template());
        let dependents = graph(facts, saga)?.dependents(&template);
        for (dependent, name) in dependents.filter_map(|name| Some((facts.steps.find(name.as_str())?, name))) {
            let state = *self.sagas.of(saga).step(dependent);
            if !state.is_settled(self.has_compensation(facts, saga, dependent)) {
                return Some(format!("before step '{name}', which comes after it, is settled"));
            }
        }
        None
    }

    fn completed(&mut self, event: &Event, facts: &Facts, fault: &mut impl FnMut(String)) {
        let known = self.sagas.of(event.saga);
        for (step, _) in known.steps.iter().filter(|(_, state)| state.back != Back::NotRequested) {
            fault(format!(
                "the saga was completed, and step '{}' was taken back",
                facts.steps.name(*step)
            ));
        }
        for name in graph(facts, event.saga).iter().flat_map(|graph| graph.steps.keys()) {
            let state = facts.steps.find(name.as_str()).map(|step| *known.step(step));
            if !state.is_some_and(Step::is_behind) {
                fault(format!("the saga was completed, and step '{name}' was not done"));
            }
        }
    }

    fn ended_compensated(&mut self, event: &Event, at: InputPosition, facts: &Facts, fault: &mut impl FnMut(String)) {
        let known = self.sagas.of(event.saga);
        for (step, state) in &known.steps {
            let name = facts.steps.name(*step);
            if state.forward == Forward::Pending {
                fault(format!(
                    "the saga was compensated while step '{name}' waits for an answer"
                ));
            }
            if state.back == Back::Begun {
                fault(format!(
                    "the saga was compensated while the compensation of step '{name}' waits for an answer"
                ));
            }
        }
        let owed = known
            .steps
            .iter()
            .filter(|(_, state)| state.may_be_done() && state.back == Back::NotRequested);
        known.owed = known
            .owed
            .iter()
            .copied()
            .chain(owed.map(|(step, _)| (*step, at)))
            .collect();
    }

    fn has_compensation(&self, facts: &Facts, saga: SagaIndex, step: NameIndex) -> bool {
        match graph(facts, saga) {
            Some(graph) => graph
                .steps
                .get(facts.steps.name(step).template())
                .is_some_and(|step| step.has_compensation),
            None => self
                .compensated
                .contains(&(facts.saga(saga).id.definition.clone(), step)),
        }
    }
}

impl Saga {
    /// A sub-saga that is under way is not awaited: it is taken back, and may have been done.
    fn turned_back(&mut self) {
        self.goes_back = true;
        for (_, step) in &mut self.steps {
            if step.is_sub_saga && step.forward == Forward::Pending {
                step.forward = Forward::Unknown;
            }
        }
    }

    fn step(&mut self, step: NameIndex) -> &mut Step {
        let known = self
            .steps
            .iter()
            .position(|(known, _)| *known == step)
            .unwrap_or_else(|| {
                self.steps.push((step, Step::default()));
                self.steps.len() - 1
            });
        &mut self.steps[known].1
    }
}

impl Step {
    fn forward(&mut self, event: &Event) {
        self.forward = match event.kind {
            EventKind::Requested => Forward::Pending,
            EventKind::Succeeded => Forward::Done,
            EventKind::Failed if event.is_definite => Forward::Failed,
            EventKind::Failed | EventKind::TimedOut => Forward::Unknown,
            EventKind::WentBy => Forward::WentBy,
            EventKind::SubSagaNamed => {
                self.is_sub_saga = true;
                return;
            }
            EventKind::GivenUp => {
                self.is_given_up = true;
                return;
            }
            _ => return,
        };
        // Done after it was taken back: it has to be taken back again.
        if self.forward == Forward::Done && self.back == Back::Done {
            self.back = Back::NotRequested;
        }
    }

    /// Whether the saga may end behind it.
    fn is_behind(self) -> bool {
        self.is_given_up || matches!(self.forward, Forward::Done | Forward::WentBy)
    }

    fn may_be_done(self) -> bool {
        matches!(self.forward, Forward::Done | Forward::Unknown)
    }

    /// Whether nothing is left to wait for or to take back.
    fn is_settled(self, has_compensation: bool) -> bool {
        let owes = has_compensation && self.may_be_done() && self.back == Back::NotRequested;
        self.forward != Forward::Pending && self.back != Back::Begun && !owes
    }
}

fn graph(facts: &Facts, saga: SagaIndex) -> Option<&Graph> {
    let saga = facts.saga(saga);
    facts.options.graphs.get(&(saga.id.definition.clone(), saga.version))
}

#[cfg(test)]
mod tests;
