//! Why a saga stays on its version.

use thiserror::Error;

use crate::{RejectionCode, StepName};

/// Why a saga stays on its version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unmovable {
    /// It was moved before.
    #[error("it follows version {version} already")]
    Already {
        /// The version.
        version: u32,
    },
    /// It is none of the sagas that the migration is for.
    #[error("it follows version {version}")]
    OtherVersion {
        /// The version that it follows.
        version: u32,
    },
    /// The node that has the saga does not run a version.
    #[error("version {version} is not published, or cannot be run here")]
    NotRun {
        /// The version.
        version: u32,
    },
    /// There is no such saga, or it has ended.
    #[error("it is not open")]
    NotOpen,
    /// It is being taken back.
    #[error("it goes back, and ends on its version")]
    GoesBack,
    /// A step that was begun is not part of the other version.
    #[error("step '{step}' was begun, and is not part of the other version")]
    Gone {
        /// The step.
        step: StepName,
    },
    /// Participants know a request by the name of its step.
    #[error("step '{step}' was begun, and its participants know it by this name")]
    KnownByName {
        /// The step.
        step: StepName,
    },
    /// A step that was begun does something else.
    #[error("step '{step}' was begun, and {what} in the other version")]
    Otherwise {
        /// The step.
        step: StepName,
        /// What is different.
        what: &'static str,
    },
    /// A new step would be done too late.
    #[error(
        "step '{new}' is new, and '{begun}', which comes after it, was begun; 'defaults' can let it be passed over"
    )]
    TooLate {
        /// The new step.
        new: StepName,
        /// The step that was begun.
        begun: StepName,
    },
    /// What was begun would have to wait for something else.
    #[error("step '{begun}' was begun, and comes after '{before}' in the other version, which is not settled")]
    Order {
        /// The step that was begun.
        begun: StepName,
        /// The step that comes before it.
        before: StepName,
    },
    /// The pivot of one version may have been done, and that of the other not.
    #[error("it is past the pivot in one version, and not in the other")]
    Pivot,
    /// It has followed no other version.
    #[error("it was not moved")]
    NotMoved,
    /// Something has happened to it since it was moved.
    #[error("something has happened to it since it was moved, which may have been told to others")]
    WentOn,
}

impl Unmovable {
    /// The class of the refusal.
    pub fn code(&self) -> RejectionCode {
        match self {
            Self::Already { .. } => RejectionCode::AlreadyMigrated,
            Self::NotOpen => RejectionCode::SagaClosed,
            _ => RejectionCode::CannotMigrate,
        }
    }
}
