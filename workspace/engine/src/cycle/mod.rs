//! The cycle of one task, without IO: told what happened, it answers what to do.
//!
//! One input record goes this way: `running` takes it from the backlog, `decode` says what it means, `apply` lets the
//! core decide on it, `outbox` makes the records of the transaction, and `settle` hands the change to the store once
//! the transaction stands. The thread around it (`crate::thread`) is the only place that blocks. The store is called from
//! here, through its trait; Kafka, the registry and the clock are not.

mod activate;
mod apply;
mod asked;
mod barrier;
mod batch;
mod beginning;
mod blame;
mod checkpoint;
mod control;
mod correlate;
mod decode;
mod draft;
mod exits;
mod following;
mod gather;
mod held;
mod load;
mod migrate;
mod news;
mod outbox;
mod recovery;
mod replay;
mod running;
mod settle;
mod shared;
mod signal;
mod start_gate;
mod state_machine;
mod take_over;
mod told;

pub(crate) use outbox::header;
pub use shared::{Member, Shared};
pub use signal::{Action, Demand, SchemaAnswer, Signal, Standing, Status};
pub use state_machine::Cycle;
