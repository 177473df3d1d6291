//! `palinode demo`: a whole shop on a broker of its own, some orders, and what became of them.

mod end;
mod orders;
mod play;
mod progress;
mod story;
mod world;

pub(crate) use play::demo;
