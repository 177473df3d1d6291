//! What the tests stand on: a world (broker, schemas, clock, participants), a shell that carries a cycle's actions out
//! one by one, and checks over all that a run has written.

mod checks;
mod journal;
mod outing;
mod plans;
mod records;
mod shell;
mod world;

pub(crate) use outing::{OUTING, Outing, PARCEL};
pub(crate) use plans::{field, question, wait_for_wish, with_items, with_packing};
pub(crate) use records::{Command, encode, failure, header_of, success, text};
pub(crate) use shell::Shell;
pub(crate) use world::{Setup, World, order_plan, order_plan_2, order_text_2, plan_from};
