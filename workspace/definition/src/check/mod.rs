//! The checks over the parts of a definition.
//!
//! Each file knows one rule or family of rules and reports every breach of it; none stops at the first.

mod graph;
mod milestones;
mod names;
mod pivot;
mod roles;
mod scope;

pub(crate) use graph::Graph;
pub(crate) use milestones::milestones;
pub(crate) use names::names;
pub(crate) use pivot::{Zones, zones};
pub(crate) use roles::roles;
pub(crate) use scope::{Scope, expression};
