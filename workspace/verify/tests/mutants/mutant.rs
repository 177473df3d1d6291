//! A core that changes what the real one decided.

use std::collections::BTreeSet;

use palinode_core::{
    Attempt, Context, Effect, Event, Input, Purpose, Reason, ReasonCode, Round, Saga, SagaId, StepIndex, Transition,
    evolve, transition,
};
use palinode_verify::{Core, Report, Rule, Settings, verify_with};

use crate::common::{definition, plan, step};

pub(crate) const PAYMENT: StepIndex = StepIndex(0);
pub(crate) const STOCK: StepIndex = StepIndex(1);
pub(crate) const PACKING: StepIndex = StepIndex(2);

/// What a mutant sees of a decision, and may change.
pub(crate) struct Decision<'a> {
    pub(crate) before: Option<&'a Saga>,
    pub(crate) input: &'a Input,
    pub(crate) events: Vec<Event>,
    pub(crate) effects: Vec<Effect>,
    /// The state that the real core came to.
    pub(crate) after: Option<Saga>,
}

pub(crate) struct Mutant<F>(pub(crate) F);

impl<F: Fn(&mut Decision<'_>)> Core for Mutant<F> {
    fn transition(&self, context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition {
        let right = transition(context, id, saga, input);
        let mut decision = Decision {
            before: saga,
            input,
            events: right.events,
            effects: right.effects,
            after: right.saga,
        };
        (self.0)(&mut decision);
        let folded = decision.events.iter().fold(saga.cloned(), |saga, event| {
            evolve(context.plan, id, saga, event, context.now)
        });
        Transition {
            events: decision.events,
            effects: decision.effects,
            saga: folded,
        }
    }
}

pub(crate) fn shop() -> String {
    definition(&[
        step("payment").compensated(),
        step("stock").compensated(),
        step("packing").after(&["payment", "stock"]).compensated(),
        step("shipment").after(&["packing"]).with("pivot: true"),
        step("capture").after(&["shipment"]).never_refused(),
    ])
}

pub(crate) fn explored(reduced: bool, mutant: impl Fn(&mut Decision<'_>)) -> Report {
    let settings = Settings {
        states_max: 400_000,
        reduced,
    };
    verify_with(&Mutant(mutant), plan(&shop()), settings)
}

pub(crate) fn is_found(rule: Rule, mutant: impl Fn(&mut Decision<'_>)) {
    let report = explored(true, mutant);
    let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.code()).collect();
    assert!(found.contains(rule.code()), "{rule} is not among {found:?}");
    let finding = report.findings.iter().find(|finding| finding.rule == rule).unwrap();
    assert!(!finding.story.is_empty(), "{finding}");
    assert!(!report.is_proved());
}

pub(crate) fn reason() -> Reason {
    Reason::new(ReasonCode::StepFailed, "a mistake")
}

pub(crate) fn command(step: StepIndex, purpose: Purpose, round: u32) -> Effect {
    Effect::Command {
        step,
        purpose,
        round: Round(round),
        attempt: Attempt(1),
        message: palinode_core::MessageIndex(0),
        values: Vec::new(),
        sub_saga: None,
    }
}

pub(crate) fn requested(step: StepIndex, purpose: Purpose, round: u32) -> Event {
    Event::Requested {
        step,
        purpose,
        round: Round(round),
        attempt: Attempt(1),
        due: palinode_core::Timestamp(1),
    }
}

pub(crate) fn is_compensation_of(effect: &Effect, of: StepIndex) -> bool {
    matches!(effect, Effect::Command { step, purpose: Purpose::Compensation, .. } if *step == of)
}

pub(crate) fn requests_compensation_of(event: &Event, of: StepIndex) -> bool {
    matches!(event, Event::Requested { step, purpose: Purpose::Compensation, .. } if *step == of)
}
