//! A way to a broker that goes wrong as told.
//!
//! It stands between the clients and one broker and understands as much of Kafka's frames as it takes to see which
//! request passes: so a test can lose, delay, cut or refuse one request or its answer at one point of a transaction. What
//! says where the broker is, is rewritten, so that clients stay on this way.
//!
//! A connection keeps its order, as TCP does: what is delayed delays what comes after it, and where something is lost,
//! nothing passes any more until the connection is closed.

mod answers;
mod connection;
mod door;
mod fault;
mod frame;

pub use door::Proxy;
pub use fault::{Armed, Fault, Point, What};
