//! The analytics service: how long orders take, how many payments succeed, how many sagas are taken back, and why.
//!
//! It records the outcome that each finished saga leaves, with the times of its stages, and when each order event first
//! came; reports, gauges and a CSV export are read from there. It decides nothing and answers nothing.
//!
//! The service owns its data in an embedded database and runs as a single instance.

mod archive;
mod csv;
mod gauges;
mod percentile;
mod recorder;
mod records;
mod report;
mod service;
mod settings;
mod tables;
#[cfg(test)]
mod tests;

pub use archive::Archive;
pub use recorder::Recorder;
pub use records::{Attribute, Millis, OUTCOMES_TOPIC, Outcome, Stage, TOPICS};
pub use report::{ReasonFigures, Report, StageFigures, Times};
pub use service::{Running, run, start};
pub use settings::Settings;
