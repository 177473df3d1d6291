//! The orchestrator as a process: configuration, HTTP, metrics, tracing, graceful stop.
//!
//! It puts the parts together and decides nothing about sagas.

pub mod configuration;
mod definitions;
mod describe;
mod disk;
mod error;
mod http;
mod known_schemas;
mod members;
mod run;
mod schemas;
mod starting;
mod surroundings;
mod telemetry;
mod topics;

pub use configuration::Configuration;
pub use definitions::{Publication, Published, PublishedDefinitions, read_definitions};
pub use describe::{SagaView, StandingView, StepView, saga_view};
pub use error::Error;
pub use metrics_exporter_prometheus::PrometheusHandle;
pub use run::Server;
pub use schemas::{files_below, read_schema_files, register_schemas};
pub use telemetry::start_telemetry;
pub use topics::Catalogue;
