//! Points of a saga at which a definition may emit an event.

use std::sync::Arc;

use crate::{Plan, StepIndex};

/// A point of a saga at which a definition may emit an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// `started`
    Started,
    /// `<step>.succeeded`
    StepSucceeded(StepIndex),
    /// `<step>.failed`: a definite failure that is not tried again.
    StepFailed(StepIndex),
    /// `<step>.compensated`
    StepCompensated(StepIndex),
    /// `suspended`
    Suspended,
    /// `resumed`
    Resumed,
    /// `compensating`
    Compensating,
    /// `completed`
    Completed,
    /// `compensated`
    Compensated,
    /// `cancelRefused`
    CancelRefused,
}

impl Milestone {
    /// The word for the milestone, as definitions write it.
    pub fn name(self, plan: &Plan) -> Arc<str> {
        let of_step = |step: StepIndex, what: &str| -> Arc<str> { format!("{}.{what}", plan.step_name(step)).into() };
        match self {
            Self::Started => "started".into(),
            Self::StepSucceeded(step) => of_step(step, "succeeded"),
            Self::StepFailed(step) => of_step(step, "failed"),
            Self::StepCompensated(step) => of_step(step, "compensated"),
            Self::Suspended => "suspended".into(),
            Self::Resumed => "resumed".into(),
            Self::Compensating => "compensating".into(),
            Self::Completed => "completed".into(),
            Self::Compensated => "compensated".into(),
            Self::CancelRefused => "cancelRefused".into(),
        }
    }
}
