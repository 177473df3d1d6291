//! Recorded sagas under a changed definition.
//!
//! A recording is what a journal says of some sagas. Each saga is played again with another plan: its start event, the
//! wishes of people, and of each participant the answers that it gave, as long after the command as it took then. Steps
//! are matched by their names. What cannot be known from a recording (the answer to a step that is new, an input that was
//! refused) is not made up.

mod compare;
mod memory;
mod recording;
mod rehearse;
mod tally;

pub use recording::{Recording, RecordingError};
pub use rehearse::{Rehearsal, rehearse};
pub use tally::{Difference, Tally, Verdict};
