//! A broker under test as one sequence's clients see it: each step is carried out, and what was observed is put in words
//! that do not differ from run to run.

mod admin;
mod consumers;
mod groups;
mod offsets;
mod produce;
mod read;
mod settings;
mod state;
mod transactions;

pub(crate) use state::Peer;
