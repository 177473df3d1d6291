//! `docs/broker-differences.md` is the list of differences, written down; the test compares them. With `UPDATE_DOCS=1` the
//! file is written.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

use crate::{differences::Reach, list::DIFFERENCES};

const HEAD: &str = "# How the embedded broker differs from Apache Kafka

The embedded broker is for one machine: sandboxes, demos and tests. Production runs on Apache Kafka. A test carries out the
same generated sequences of client operations against both (Kafka 4.4) and compares every answer; this page is the list of
what may differ, and nothing else may. It is made from the list that the test uses, `tests/tests/differential/list.rs`.

";

const MET: &str = "## Met by the test\n\nEach of these is met in every run; one that is not fails the test.\n\n";
const SOMETIMES: &str = "\n## Met in some runs\n\nWhether they are is a matter of time.\n\n";
const NOT_MET: &str = "\n## Not reached by the generator\n\nKnown, but the generated sequences do not lead there.\n\n";

/// Whether a difference stands in a part of the page.
type Belongs = fn(&Reach) -> bool;

fn page() -> String {
    let mut page = HEAD.to_owned();
    let parts: [(&str, Belongs); 3] = [
        (MET, |reach| matches!(reach, Reach::Found(_))),
        (SOMETIMES, |reach| matches!(reach, Reach::ByTiming(_))),
        (NOT_MET, |reach| matches!(reach, Reach::NotReached)),
    ];
    for (head, belongs) in parts {
        page.push_str(head);
        page.push_str("| difference | Kafka | embedded broker | why |\n|---|---|---|---|\n");
        let part = DIFFERENCES.iter().filter(|difference| belongs(&difference.reach));
        for difference in part {
            // Writing to a string cannot fail.
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                difference.name, difference.kafka, difference.embedded, difference.why
            );
        }
    }
    page
}

#[test]
fn the_page_of_differences_is_the_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/broker-differences.md");
    let page = page();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/broker-differences.md is out of date; run this test with UPDATE_DOCS=1"
    );
}
