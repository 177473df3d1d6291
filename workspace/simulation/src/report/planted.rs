//! The bugs that were planted, and what found them: a table that `make planted` writes.

use std::{collections::BTreeMap, fmt::Write};

/// The table, as it was written last.
const TABLE: &str = include_str!("../../tests/planted/FOUND.tsv");

/// What stands where nothing found a bug.
pub const NOTHING: &str = "nothing";

/// A bug that was planted into a copy of the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// The name of its patch.
    pub name: String,
    /// What is wrong then.
    pub what: String,
    /// The checks that found it, in the first world with which something was wrong; [`NOTHING`] when there was none.
    pub by: String,
    /// That world.
    pub world: String,
}

impl Planted {
    /// All of the table.
    #[must_use]
    pub fn all() -> Vec<Self> {
        TABLE.lines().filter_map(Self::read).collect()
    }

    /// Reads a line of the table.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let mut cells = line.split('\t').map(str::to_owned);
        Some(Self {
            name: cells.next()?,
            what: cells.next()?,
            by: cells.next()?,
            world: cells.next()?,
        })
    }

    /// The line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        [&*self.name, &self.what, &self.by, &self.world].join("\t")
    }

    /// Whether something found it.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.by != NOTHING
    }
}

/// The part of the page about them.
pub(super) fn section() -> String {
    let all = Planted::all();
    let found = all.iter().filter(|bug| bug.is_found()).count();
    let mut by_check: BTreeMap<&str, usize> = BTreeMap::new();
    for check in all
        .iter()
        .filter(|bug| bug.is_found())
        .flat_map(|bug| bug.by.split(", "))
    {
        *by_check.entry(check).or_default() += 1;
    }
    let mut text = format!(
        "Would a bug be found? Small ones are planted on purpose, one at a time, each a patch in \
         `workspace/simulation/tests/planted`. `make planted` compiles them into a copy of the sources, sees that nothing is \
         wrong with the copy as long as none is switched on, and looks for each in the named scenarios and in the worlds of \
         `make test`.\n\n{} bugs are planted, and {found} of them are found.\n\n",
        all.len()
    );
    text += "| found by | bugs |\n|---|---|\n";
    for (check, bugs) in by_check {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {check} | {bugs} |");
    }
    text += "\n| bug | what is wrong | found by | in |\n|---|---|---|---|\n";
    for Planted { name, what, by, world } in all {
        let _ = writeln!(text, "| {name} | {what} | {by} | {world} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let bug = Planted {
            name: "a-bug".into(),
            what: "It is wrong.".into(),
            by: "store, audit: money".into(),
            world: "seed 7".into(),
        };
        assert_eq!(Planted::read(&bug.line()), Some(bug.clone()));
        assert!(bug.is_found());
        assert_eq!(Planted::read("no table"), None);
    }
}
