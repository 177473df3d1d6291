//! What the SDK promises, by its public face.

mod desk;
mod kafka;
mod listening;
mod registry;
mod running;
mod subscriber;
mod till;
