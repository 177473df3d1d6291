//! A schema registry that plain Confluent clients can call.
//!
//! It knows Avro: subjects, versions, references, compatibility levels, modes, soft and permanent deletion. Every change
//! is one record of the format that Confluent's registry keeps in its topic `_schemas`, and the state is the fold of
//! those records, wherever a [`Journal`] keeps them. It is for development, the demo, the sandbox and the tests: there is
//! no authentication and there are no contexts, and one process writes the journal.

mod canonical;
mod compatibility;
mod error;
mod guid;
mod http;
mod journal;
pub mod limits;
mod registry;
mod schema;
mod settings;
mod state;

pub use compatibility::Level;
pub use error::{Error, Result};
pub use http::serve;
pub use journal::{Journal, MemoryJournal, Record};
pub use registry::Registry;
pub use schema::{Reference, Submission};
pub use settings::{Config, Mode};
pub use state::{
    Deleted, Existing, LookUp, Place, Registration, Removal, SchemaId, Version, VersionNumber, WantedVersion,
};
