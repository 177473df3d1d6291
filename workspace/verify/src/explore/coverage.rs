//! What happened on some path, to tell what never does.

use palinode_core::{Event, Milestone, Plan, Purpose, StepIndex};

use crate::world::World;

/// What happened on some path.
#[derive(Debug)]
pub(crate) struct Coverage {
    milestones: Vec<Milestone>,
    requested: Vec<[bool; 2]>,
    waited_for: Vec<bool>,
    /// A wish to cancel was granted after the start.
    pub(crate) cancelled: bool,
}

impl Coverage {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self {
            milestones: Vec::new(),
            requested: vec![[false; 2]; plan.steps.len()],
            waited_for: vec![false; plan.steps.len()],
            cancelled: false,
        }
    }

    pub(super) fn note(&mut self, plan: &Plan, before: &World, events: &[Event]) {
        for event in events {
            if let Some(milestone) = event.milestone()
                && !self.reaches(milestone)
            {
                self.milestones.push(milestone);
            }
            match event {
                Event::Requested { step, purpose, .. } if plan.has_step(*step) => {
                    self.requested[step.template().at()][place(*purpose)] = true;
                }
                Event::Expanded { step, .. }
                | Event::WaitStarted { step, .. }
                | Event::DecisionAsked { step, .. }
                | Event::LockAsked { step, .. }
                    if plan.has_step(*step) =>
                {
                    self.requested[step.template().at()][place(Purpose::Forward)] = true;
                }
                Event::SagaSuspended {
                    step: Some((step, Purpose::Forward)),
                    ..
                } if plan.has_step(*step) => self.waited_for[step.template().at()] = true,
                Event::CancellationAccepted if before.open().is_some() => self.cancelled = true,
                _ => {}
            }
        }
    }

    /// Adds what happened in another exploration of the same definition.
    pub(crate) fn add(&mut self, other: &Self) {
        self.milestones.extend(&other.milestones);
        for (mine, other) in self
            .requested
            .iter_mut()
            .flatten()
            .zip(other.requested.iter().flatten())
        {
            *mine |= other;
        }
        for (mine, other) in self.waited_for.iter_mut().zip(&other.waited_for) {
            *mine |= other;
        }
        self.cancelled |= other.cancelled;
    }

    /// Whether some path reaches `milestone`.
    pub(crate) fn reaches(&self, milestone: Milestone) -> bool {
        self.milestones.contains(&milestone)
    }

    /// Whether the step, or its compensation, is requested on some path.
    pub(crate) fn requests(&self, step: StepIndex, purpose: Purpose) -> bool {
        self.requested[step.at()][place(purpose)]
    }

    /// Whether some path waits for somebody to resume the step.
    pub(crate) fn waits_for(&self, step: StepIndex) -> bool {
        self.waited_for[step.at()]
    }
}

fn place(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Forward => 0,
        Purpose::Compensation => 1,
    }
}

/// The step that nothing but a person lets go on, when `event` is a wait for it; a wait for no step in particular gives
/// `Some(None)`.
pub(super) fn waits_for_a_person(plan: &Plan, event: &Event) -> Option<Option<StepIndex>> {
    match event {
        Event::SagaSuspended { step: None, .. } => Some(None),
        Event::SagaSuspended {
            step: Some((step, purpose)),
            ..
        } => {
            let has_event = *purpose == Purpose::Forward && plan.step(*step).resumed_by.is_some();
            (!has_event).then_some(Some(*step))
        }
        _ => None,
    }
}
