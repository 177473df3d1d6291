//! Moving a saga that is under way to another version of its definition.
//!
//! A [`Migration`] says how the steps of the two versions belong together. [`migrated`] says for one saga what becomes of
//! it, or why it stays where it is; the answer becomes an event. Nothing here sends anything.

mod fit;
mod moved;
mod plan;
#[cfg(test)]
mod sub_saga_tests;
#[cfg(test)]
mod tests;
mod unmovable;

pub use fit::{migrated, returned};
pub use moved::{Migrated, MigratedStep, Moved};
pub use plan::{DefaultValue, FieldDefault, Migration, Rename};
pub use unmovable::Unmovable;
