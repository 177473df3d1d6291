//! Sequences of steps that follow from a number.

mod administration;
mod consumers;
mod groups;
mod sequence;
mod transactions;
mod writers;

pub(crate) use sequence::sequence;
