//! What one input costs the core: time beside a hand-written saga that does the same, and allocations whatever the size
//! of the definition.

#[path = "../common/mod.rs"]
mod common;

mod allocations;
mod hand;
mod measure;
mod plain;
mod same_work;
mod subjects;
mod time;
