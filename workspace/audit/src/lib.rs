//! The auditor that knows only topics.
//!
//! It is given the records of a run, of all topics, and judges whether what they say together can be true: one outcome
//! a saga, no command without its journal event, nothing done twice, everything taken back, no money lost. It knows
//! neither the engine nor the core's decisions nor a store. It does no IO: whoever calls it reads the topics.
//!
//! What topics cannot tell, clients may have written down ([`Observation`], [`Notes`]): what a reader was handed, what a
//! writer was told. Where there is none of it, the laws that need it have nothing to say.
//!
//! Each law is a checker in a file of its own. They need the topics from their beginning: what retention has eaten
//! looks like a loss.

mod auditor;
mod check;
mod checks;
mod decode;
mod facts;
mod findings;
mod notes;
mod observation;
mod options;
mod per_saga;
mod record;
mod report;
mod seen;
mod standing;
mod testimony;
#[cfg(test)]
mod testing;

pub use auditor::Auditor;
pub use check::laws;
pub use findings::Violation;
pub use notes::{Notes, NotesError, read_notes};
pub use observation::{Did, Observation, content_digest};
pub use options::{Copies, Expect, Graph, GraphStep, Options};
pub use record::{Place, Record};
pub use report::{Counts, Report, Verdict};
