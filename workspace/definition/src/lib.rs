//! Reads a saga definition (YAML) into the model, with diagnostics.
//!
//! `read` goes in four stages: the YAML into nodes that know their place (`yaml`), the nodes into the parts of a
//! definition (`raw`), the checks over these parts (`check`), and the plan (`plan`). Every stage reports all that it
//! finds, so one run shows every mistake. [`check_schemas`] then holds a definition against the Avro schemas that it names.
//!
//! Nothing here does IO: the caller brings the text and the schemas.

mod check;
pub mod defaults;
mod diagnostic;
mod expression;
mod language;
pub mod limits;
mod migration;
mod plan;
mod raw;
mod read;
mod schema;
mod source;
mod suggest;
mod together;
mod typing;
mod yaml;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Location};
pub use expression::compile_expression;
pub use language::{json_schema, reference};
pub use migration::MigrationPlan;
pub use read::{Definition, hash, read};
pub use schema::check_schemas;
pub use together::check_sub_sagas;
