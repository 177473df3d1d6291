//! The saga model and its pure functions.
//!
//! `decide` says what follows from an input, `evolve` folds what happened into the state, `effects` says what has to
//! be sent. `transition` joins the three for one input. Nothing here does IO, reads a clock or draws a random number:
//! time is an argument and every id is derived from its inputs.

mod context;
mod correlation;
mod decide;
mod effect;
mod effects;
mod event;
mod evolve;
mod expression;
mod id;
mod input;
pub mod limits;
mod lock;
mod migration;
mod payload;
mod plan;
mod reason;
mod reasons;
mod scope;
mod state;
mod step_state;
mod sub_saga;
#[cfg(test)]
mod testing;
mod time;
mod timer;
mod transition;

pub use context::Context;
pub use correlation::{Uncorrelated, correlated_key};
pub use decide::decide;
pub use effect::Effect;
pub use effects::{attributes, effects};
pub use event::{Decision, Event, Outcome};
pub use evolve::evolve;
pub use expression::{EvaluationError, Expression, FieldError, Fields, Value};
pub use id::{
    Attempt, DefinitionName, FieldName, IdempotencyKey, InputId, LockKey, MessageIndex, Purpose, RecordName, Round,
    SagaId, SagaKey, Sequence, StepIndex, StepName, TopicName,
};
pub use input::{Input, Reply, ReplyResult};
pub use lock::{
    LOCK_DEFINITION, LockAnswer, LockEvent, LockInput, LockRequest, LockState, Standing, decide_lock, evolve_lock,
};
pub use migration::{
    DefaultValue, FieldDefault, Migrated, MigratedStep, Migration, Moved, Rename, Unmovable, migrated, returned,
};
pub use payload::{Decoder, Payload, SchemaId};
pub use plan::{
    Action, CompensationExhausted, CompensationOrder, CompensationPlan, Constant, DecisionOption, DecisionPlan,
    Emission, FieldPlan, ItemsPlan, LockPlan, MessagePlan, Milestone, OnExhausted, OnTimeout, Plan, Replies,
    RetryPolicy, StepPlan, SubSagaPlan, Trigger, WaitPlan, Zone,
};
pub use reason::{Reason, ReasonCode, RejectionCode};
pub use scope::Scope;
pub use state::{ClosedSaga, Direction, Expansion, Saga, SagaState, Suspension};
pub use step_state::{Request, RequestStatus, StepLock, StepState};
pub use sub_saga::{Parent, ParentAnswer, ParentState, SubSaga, SubSagaInput};
pub use time::Timestamp;
pub use timer::{Timer, TimerKind, timers};
pub use transition::{Transition, transition, transition_refused};
