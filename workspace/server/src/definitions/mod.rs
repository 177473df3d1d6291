//! Definitions: those of a node's files, those that are published, and what of them this node can run.

mod files;
mod opening;
mod published;
mod shelf;

pub use files::read_definitions;
pub use published::{Publication, Published, PublishedDefinitions};

pub(crate) use files::DefinitionFile;
pub(crate) use opening::open_shelf;
pub(crate) use shelf::{Shelf, Supplies};
