//! The reference warehouse service: stock, what is reserved of it for sagas, and the packing of orders.
//!
//! It takes `PickItems` and `ReleaseStock` (answered at once), `StartFulfilment` (answered when one of a bounded number
//! of pickers has packed the order; until then the order waits in a durable queue) and `UnpackOrder`. Pieces are never
//! made or lost: what is free and what is reserved add up to what came in. It runs as a single instance.

mod handler;
mod http;
mod messages;
mod packing;
mod reservations;
mod run;
mod settings;
mod stock;
#[cfg(test)]
mod tests;

pub use handler::Warehouse;
pub use messages::{
    OrderReadyForShipment, OrderUnpacked, PackingFailed, PickItems, ReleaseStock, StartFulfilment, StockItem,
    StockReceived, StockReleased, StockReserved, StockUnavailable, UnpackOrder,
};
pub use run::{run, start};
pub use settings::{Pace, Settings};
