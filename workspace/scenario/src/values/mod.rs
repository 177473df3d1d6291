//! Between YAML, Avro schemas and the core's values.

mod fit;
mod from_yaml;
mod invent;
mod records;
mod told;

pub(crate) use from_yaml::{check_fields, record};
pub(crate) use invent::{Around, invent};
pub use records::schemas_of;
pub(crate) use records::{Records, encode};
pub(crate) use told::{difference, told};
