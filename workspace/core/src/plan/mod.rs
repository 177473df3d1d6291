//! A definition, compiled: what a saga does, without YAML, Avro or CEL.

mod action;
mod compensation;
mod compiled;
mod items;
mod lock;
mod message;
mod milestone;
mod retry;
mod step;
mod sub_saga;
mod wait;

pub use action::{Action, DecisionOption, DecisionPlan, Replies};
pub use compensation::{CompensationExhausted, CompensationOrder, CompensationPlan};
pub use compiled::{Plan, Trigger};
pub use items::ItemsPlan;
pub use lock::LockPlan;
pub use message::{Constant, Emission, FieldPlan, MessagePlan};
pub use milestone::Milestone;
pub use retry::RetryPolicy;
pub use step::{OnExhausted, StepPlan, Zone};
pub use sub_saga::SubSagaPlan;
pub use wait::{OnTimeout, WaitPlan};
