//! The pages of `docs/` say what the code does: their tables are made from the code and compared with it.
//!
//! `UPDATE_DOCS=1 cargo test -p palinode-server --test docs` writes what can be written.

mod configuration;
mod events;
mod metrics;
mod page;
mod source;
