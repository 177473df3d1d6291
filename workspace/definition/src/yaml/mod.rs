//! YAML whose values know where they stand.

mod duration;
mod mapping;
mod node;
mod parse;

pub(crate) use mapping::Mapping;
pub(crate) use node::{Kind, Node};
pub(crate) use parse::parse;
