//! The reply table: what every reply leads to in every state that its step can be in.
//!
//! `cells` is the source: each cell with what is journaled, sent and shown, and why. `walk` lets every cell happen and
//! compares, `page` writes `docs/reply-table.md` from it, and `detail` walks what the cells leave out (replies without
//! headers, failures that are worth a retry, compensations). With `UPDATE_DOCS=1` the page is written.

mod cells;
mod detail;
mod page;
mod walk;
mod world;
