//! Small synthetic runs, and faults to plant in them.

mod clean;
mod faults;
mod mutations;
mod observed;
mod schemas;
mod story;
mod world;

pub(crate) use world::World;
