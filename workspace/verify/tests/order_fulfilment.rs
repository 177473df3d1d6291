//! The definition that the repository ships is proved, in little time.

mod common;

use std::time::{Duration, Instant};

use common::{order_fulfilment, proved, report};
use palinode_verify::Rule;

/// The bar, held by the build for development on a busy machine as well.
const TIME_MAX: Duration = Duration::from_secs(2);

#[test]
fn order_fulfilment_is_proved() {
    let begin = Instant::now();
    let report = report(&order_fulfilment());
    let took = begin.elapsed();
    eprintln!("{report}\n  in {took:?}, {} KiB", report.explored.bytes / 1_024);
    proved(&report);
    assert!(took < TIME_MAX, "it took {took:?}");
    assert!(report.explored.completed > 0 && report.explored.compensated > 0 && report.explored.suspended > 0);
}

#[test]
fn what_is_worth_a_look_in_it_is_told() {
    let report = report(&order_fulfilment());
    let rules: Vec<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::WaitsForAPerson], "{report}");
}

#[test]
fn its_time_is_bounded_by_its_deadline() {
    let bounds = report(&order_fulfilment()).bounds;
    assert_eq!(bounds.deadline_ms, Some(72 * 60 * 60 * 1_000));
    assert!(bounds.forward_ms < 72 * 60 * 60 * 1_000);
    assert!(bounds.whole_ms > bounds.forward_ms);
}
