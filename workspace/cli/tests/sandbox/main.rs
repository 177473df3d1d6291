//! Whole sandboxes, as authors of sagas run them.

mod ground;
mod records;
mod sagas;
mod scenario;
mod state;
