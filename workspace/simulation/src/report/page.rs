//! The part of the page that follows from the code: a test compares it.

use std::fmt::Write;

use palinode_audit::laws;

use super::{COMPLETE_FROM, planted};
use crate::{
    checks,
    coverage::{Coverage, Group},
    plan::Fault,
    scenarios,
};

/// What the last laws of the auditor are about.
const READING: &str = "\
The last seven are what Jepsen looks for in Kafka, as far as topics tell of it: what the orchestrator has read stands in the
causes of its journal, in the inputs that it forwarded, in dead letters, and in what sagas began with. What clients wrote down,
readers of what they were handed and writers of what they were told, is judged as well where it is given.
";

/// The heading under which a run writes what it did.
const RUN: &str = "## What was run\n";

/// The page up to what was run.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page += "\n## Invariants\n\nEach is a checker in a file of its own (`workspace/simulation/src/checks`), with tests that it finds what it is for.\n\n";
    page += "| checker | law |\n|---|---|\n";
    for check in checks::all() {
        // Writing to a string does not fail.
        let _ = writeln!(page, "| {} | {} |", check.name(), check.law());
    }
    page += "\nThe auditor (`audit`) is the one of `palinode audit`, which judges real runs by their topics alone. Its laws:\n\n";
    page += "| law | what it would mean if it were broken |\n|---|---|\n";
    for (name, meaning) in laws() {
        let _ = writeln!(page, "| {name} | {meaning} |");
    }
    page += "\n";
    page += READING;
    page += "\n### What is not judged\n\n";
    for check in checks::all() {
        for exception in check.exceptions() {
            let _ = writeln!(page, "- {}: {exception}", check.name());
        }
    }
    page += "\n## Planted bugs\n\n";
    page += &planted::section();
    page += "\n## Faults\n\n";
    for kind in Fault::DRAWN {
        let _ = writeln!(page, "- {kind}");
    }
    let _ = write!(
        page,
        "\n## Named scenarios\n\nWhat chance may miss is planned on purpose. Each of these runs in {} worlds before all \
         others, and has to meet what it is about in a quarter of them at least. All laws are kept; where a task rightly waits \
         for a person, all but those of a world at rest.\n\n",
        scenarios::WORLDS
    );
    page += "| scenario | what it is about |\n|---|---|\n";
    for scenario in scenarios::all() {
        let _ = writeln!(page, "| {} | {} |", scenario.name, scenario.meaning);
    }
    let _ = write!(
        page,
        "\n## What has to be reached\n\nWhat no world reaches nobody has judged. A run of {COMPLETE_FROM} worlds or more that does not reach all of this fails.\n\n"
    );
    page += "| | |\n|---|---|\n";
    let nothing = Coverage::default();
    for group in Group::ALL.into_iter().filter(|group| *group != Group::Fault) {
        let names: Vec<&str> = nothing.of_group(group).into_keys().collect();
        let _ = writeln!(page, "| {group} | {} |", names.join(" · "));
    }
    page
}

/// Where in a page begins what was run.
#[must_use]
pub fn run_begins(page: &str) -> usize {
    page.find(RUN).unwrap_or(page.len())
}

/// The page as it is written by a run.
pub(super) fn with_run(text: &str) -> String {
    format!("{}\n{RUN}\n{text}", page())
}

const HEAD: &str = "\
# The simulation

The orchestrator is run in worlds that one number decides: how many nodes there are, what customers do, how services behave,
and what goes wrong when. The core, the task cycle, the loop around it and the wire formats are those that run in production;
the broker is the state machine of the embedded one, which is compared with Apache Kafka ([broker-differences.md](broker-differences.md)).
Network, disk, membership, services and clocks are models, and time is virtual. The same number gives the same world, byte for byte.

First everything may go wrong. Then all is healed, and everything has to come to rest. What is left is judged.

```console
$ palinode simulate --seeds 5000 --start 0
$ palinode simulate --seed 4711 --story
```

A failing world is made smaller as long as the same law is broken, and told: in plain words, and as a sequence diagram.

What it does not show: that RocksDB, librdkafka, TLS and the operating system do as their models do (the end-to-end tests and the
differential tests run the real ones), and how fast anything is ([benchmarks.md](benchmarks.md)).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_checker_and_every_fault_stands_on_the_page() {
        let page = page();
        assert!(checks::all().iter().all(|check| page.contains(check.law())));
        assert!(Fault::DRAWN.iter().all(|kind| page.contains(kind)));
        assert!(scenarios::all().iter().all(|scenario| page.contains(scenario.name)));
    }

    #[test]
    fn what_was_run_is_found_behind_what_the_code_says() {
        let whole = with_run("nothing");
        assert_eq!(whole[..run_begins(&whole)].trim_end(), page().trim_end());
        assert_eq!(run_begins("no heading"), 10);
    }
}
