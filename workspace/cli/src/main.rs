//! The `palinode` command.

fn main() {}
