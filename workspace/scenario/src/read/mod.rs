//! Scenario files into scenarios.

mod expect;
mod happening;
mod head;
mod participant;
mod suite;

pub use head::Head;
