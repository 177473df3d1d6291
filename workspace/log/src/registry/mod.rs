//! The schema registry's client: plain HTTP as every Confluent-compatible registry speaks it.

mod client;
mod error;
mod lookups;

pub use self::{
    client::{RegistryClient, SchemaId},
    error::RegistryError,
    lookups::{Answer, Lookups},
};
