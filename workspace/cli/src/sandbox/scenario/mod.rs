//! What came from outside: written down as it comes, and played again.
//!
//! A scenario is a file of lines, each a JSON object. The first says what the sandbox was made of; each other one says
//! what came, and when by the sandbox's time. What the stubs and the orchestrator did is not in it: it follows.

mod event;
mod outside;
mod player;
mod recorder;

pub(super) use event::{Event, Header, KnownSchema, Outside, Scenario};
pub(super) use outside::Watch;
pub(super) use player::{Played, play};
pub(super) use recorder::Recorder;
