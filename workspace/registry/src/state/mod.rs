//! What is registered. Pure: a change is decided on first, then kept, then folded into the state.

mod compare;
mod configure;
mod delete;
mod evolve;
mod look_up;
mod refer;
mod register;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::Identity;
use crate::{Config, Mode, Submission};

pub use configure::Existing;
pub use delete::Removal;
pub use look_up::{Deleted, LookUp};
pub use register::Registration;
pub use version::{Place, SchemaId, Version, VersionNumber, WantedVersion};

/// The fold of all changes.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Every subject has at least one version, which may be deleted.
    subjects: BTreeMap<String, BTreeMap<VersionNumber, Entry>>,
    /// Every schema has at least one place.
    schemas: BTreeMap<SchemaId, Stored>,
    ids: BTreeMap<Identity, SchemaId>,
    /// The largest id that was ever given.
    id_max: SchemaId,
    /// By subject; none is the whole registry.
    configs: BTreeMap<Option<String>, Config>,
    modes: BTreeMap<Option<String>, Mode>,
}

/// A version of a subject.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: SchemaId,
    deleted: bool,
}

/// A schema and where it is registered.
#[derive(Debug)]
struct Stored {
    schema: Submission,
    identity: Identity,
    places: BTreeSet<Place>,
}
