//! What a seed decides before anything runs: plain data, so that a failing plan can be made smaller.

mod draw;
mod fault;
mod wish;
mod world_plan;

#[cfg(test)]
pub(crate) use draw::REQUESTS;
pub use fault::{Answer, Disk, Fault, Timed};
pub use wish::Wish;
pub use world_plan::{Definitions, NodePlan, Services, WorldPlan};
