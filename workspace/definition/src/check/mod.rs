//! The checks over the parts of a definition.
//!
//! Each file knows one rule or family of rules and reports every breach of it; none stops at the first.

mod certain;
mod choices;
mod graph;
mod milestones;
mod pivot;
mod roles;
mod scope;
mod size;
mod until;
mod window;

pub(crate) use choices::choices;
pub(crate) use graph::Graph;
pub(crate) use milestones::{MILESTONES_OF_SAGA, MILESTONES_OF_STEP, milestones};
pub(crate) use pivot::{Zones, zones};
pub(crate) use roles::roles;
pub(crate) use scope::{OF_SAGA, Scope, expression};
pub(crate) use size::size;
pub(crate) use until::until;
pub(crate) use window::window;
