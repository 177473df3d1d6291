//! The embedded broker as unmodified clients see it over TCP.

mod client;
mod groups;
mod hostile;
mod java;
mod killed;
mod peers;
mod python;
mod topics;
mod transactions;
