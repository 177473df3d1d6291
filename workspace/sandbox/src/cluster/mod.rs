//! A broker for the demo, the benchmark and the tests, whichever is wanted: the embedded one, a real Kafka node, or a
//! cluster that runs already.

mod kind;
mod running;

pub use kind::Kind;
pub use running::Cluster;
