//! The reference shipment service: consignments handed to a carrier.
//!
//! It takes `CreateShipment`, the pivot of the order saga: what is with the carrier cannot be taken back, so there is no
//! compensation here. It runs as a single instance.

mod consignments;
mod handler;
mod http;
mod messages;
mod run;
mod settings;
#[cfg(test)]
mod tests;

pub use handler::Shipment;
pub use messages::{CreateShipment, OrderShipped, ShipmentFailed};
pub use run::{run, start};
pub use settings::Settings;
