//! What is decided: the source of the reply table, a file for each reply.

mod cell;
mod duplicate;
mod elsewhere;
mod failure;
mod late;
mod never_requested;
mod success;
mod unknown_saga;

pub(super) use cell::{Cell, cells};
pub(super) use elsewhere::ELSEWHERE;
