//! What has to be sent because of what happened.

use crate::{
    Attempt, MessageIndex, Milestone, Outcome, ParentAnswer, Purpose, Reason, Round, SagaState, Sequence, StepIndex,
    SubSaga, Value,
};

/// One thing to send. Values stand in the order of the message plan's fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A command to a participant.
    Command {
        /// The step.
        step: StepIndex,
        /// Do it or take it back.
        purpose: Purpose,
        /// The request.
        round: Round,
        /// The command's number.
        attempt: Attempt,
        /// The message plan.
        message: MessageIndex,
        /// Its content; of a sub-saga that is taken back, nothing.
        values: Vec<Value>,
        /// The saga that it goes to; none when it goes to a participant.
        sub_saga: Option<Box<SubSaga>>,
    },
    /// An answer to the saga of which this one is a step.
    Answer(ParentAnswer),
    /// An event for everybody.
    Emission {
        /// The point of the saga that it tells of.
        milestone: Milestone,
        /// The number of the saga event that it tells of.
        sequence: Sequence,
        /// The message plan.
        message: MessageIndex,
        /// Its content.
        values: Vec<Value>,
    },
    /// The one row that a finished saga leaves for analysts.
    Outcome {
        /// How it ended.
        outcome: Outcome,
        /// Why, when it was compensated.
        reason: Option<Reason>,
        /// The number of the event that ended the saga.
        sequence: Sequence,
        /// The state of the saga before its end.
        state: Box<SagaState>,
        /// The definition's own fields, and behind them its attributes.
        values: Vec<Value>,
    },
}
