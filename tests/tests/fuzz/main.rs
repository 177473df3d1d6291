//! Whatever the bytes, whoever reads them ends soon, with a value or with a refusal; and what was read is written as it was.
//!
//! `cargo test` gives each target some thousand inputs: known ones with some damage. `cargo bolero test -p palinode-tests
//! fuzz::targets::…` (<https://camshaft.github.io/bolero>) goes on without end, led by the coverage; what it finds goes to
//! `__fuzz__`, is committed, and is tried first from then on.

mod input;
mod known;
mod targets;
