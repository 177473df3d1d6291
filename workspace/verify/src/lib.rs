//! Explores every way in which the sagas of a definition can go, with the code that runs them in production.
//!
//! [`verify`] plays one saga against participants that keep their contract (`world`), takes every move that the world
//! can make in every state (`explore`), and holds each against the rules (`rule`). What can be said only with a clock is
//! played apart (`time`). A finding is told as the shortest story that leads to it (`tell`).
//!
//! Nothing here does IO or reads a clock: the caller measures the time and prints.

mod core;
mod dead;
mod explore;
mod facts;
mod locks;
mod rule;
mod sentence;
mod tell;
mod time;
mod verify;
mod world;

pub use core::{Core, Production};
pub use explore::Explored;
pub use rule::{Rule, Severity};
pub use tell::{Finding, Line, Report};
pub use time::Bounds;
pub use verify::{Settings, verify, verify_with};
