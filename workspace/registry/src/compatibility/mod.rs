//! Which changes of a schema a subject allows.

mod difference;
mod level;
mod pair;
mod types;

pub use level::Level;
