//! What the tests of all parts share.

mod world;

pub(crate) use world::World;
