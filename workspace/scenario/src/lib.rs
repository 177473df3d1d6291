//! Rehearses a definition: scenarios that a service team writes, and recorded sagas under a changed definition.
//!
//! A [`Suite`] is read from YAML against the definition's plan and the Avro schemas; [`Suite::run`] plays each scenario
//! with the real core, the real expressions and the real Avro encoding on a clock that jumps, and says what was not as
//! expected and which edges of the definition were walked. [`rehearse`] does the same with what a journal remembers.
//!
//! Nothing here does IO: the caller brings the texts.

mod check;
mod coverage;
mod document;
pub mod limits;
mod model;
mod plan_view;
mod read;
mod replay;
mod report;
mod run;
mod script;
mod stage;
mod values;

pub use coverage::{Coverage, Edge};
pub use document::{Mistake, Mistakes, Place};
pub use model::{End, Suite};
pub use read::Head;
pub use replay::{Difference, Recording, RecordingError, Rehearsal, Tally, Verdict, rehearse};
pub use report::{junit, table, text};
pub use run::{Failure, Played, Results};
pub use stage::{Happened, Moment, Sent};
pub use values::schemas_of;
