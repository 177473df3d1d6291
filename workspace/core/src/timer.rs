//! The timers of a saga: derived from its state, never decided on their own.

use serde::{Deserialize, Serialize};

use crate::{Attempt, Purpose, RequestStatus, Saga, StepIndex, Timestamp};

/// A point in time at which a saga wants to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timer {
    /// When.
    pub due: Timestamp,
    /// What for.
    pub kind: TimerKind,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimerKind {
    /// The saga's deadline passes.
    Deadline,
    /// The wait for a reply, a time, an event or a decision ends.
    Timeout {
        /// The step.
        step: StepIndex,
        /// What was asked.
        purpose: Purpose,
        /// The attempt that waits.
        attempt: Attempt,
    },
    /// The pause before the next attempt ends.
    Retry {
        /// The step.
        step: StepIndex,
        /// What will be asked again.
        purpose: Purpose,
        /// The attempt that ended before the pause.
        attempt: Attempt,
    },
}

/// The timers that `saga` has. The store holds exactly these: what a change of state adds or takes away is their
/// difference before and after it.
pub fn timers(saga: Option<&Saga>) -> Vec<Timer> {
    let Some(state) = saga.and_then(Saga::open) else {
        return Vec::new();
    };
    let mut timers: Vec<Timer> = state
        .deadline_at
        .into_iter()
        .map(|due| Timer {
            due,
            kind: TimerKind::Deadline,
        })
        .collect();
    for step in state.indexes() {
        for purpose in [Purpose::Forward, Purpose::Compensation] {
            let request = state.step(step).request(purpose);
            let attempt = request.attempt;
            match request.status {
                RequestStatus::Pending { due } => {
                    timers.push(Timer {
                        due,
                        kind: TimerKind::Timeout { step, purpose, attempt },
                    });
                }
                RequestStatus::Paused { until } => {
                    timers.push(Timer {
                        due: until,
                        kind: TimerKind::Retry { step, purpose, attempt },
                    });
                }
                RequestStatus::NotRequested
                | RequestStatus::Succeeded
                | RequestStatus::Failed
                | RequestStatus::Unknown
                | RequestStatus::PassedOver
                | RequestStatus::Expanded => {}
            }
        }
    }
    timers
}
