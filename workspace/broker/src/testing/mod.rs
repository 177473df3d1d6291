//! What the tests of all parts share.

mod any_request;
mod logs;
mod world;

pub(crate) use logs::bytes_of;
pub(crate) use world::World;
