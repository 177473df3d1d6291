//! Tests of logs, a file for each subject.

mod appending;
mod compacting;
mod hostile;
mod model;
mod retaining;
mod transacting;
