//! What the simulation proves, for a sceptical reader: docs/simulation.md.

mod page;
mod planted;
mod run;

pub use page::{page, run_begins};
pub use planted::{NOTHING, Planted};
pub use run::{COMPLETE_FROM, Run};
