//! The embedded broker as unmodified clients see it over TCP.

mod client;
mod groups;
mod hostile;
mod killed;
mod topics;
mod transactions;
