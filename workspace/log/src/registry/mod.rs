//! The schema registry's client: plain HTTP as every Confluent-compatible registry speaks it, and the schemas that are
//! kept against its outages.

mod client;
mod error;
mod kept;
mod lookups;

pub use self::{
    client::{RegistryClient, SchemaId},
    error::RegistryError,
    kept::{KeptSchema, KeptSchemas},
    lookups::{Answer, Lookups},
};
