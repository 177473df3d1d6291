//! A definition of twelve steps with four in parallel is explored in a minute and in little memory.

mod common;

use std::time::{Duration, Instant};

use common::{Step, definition, proved, report, step};
use palinode_verify::Report;

/// The bar, held by the build for development on a busy machine as well.
const TIME_MAX: Duration = Duration::from_secs(60);

/// The bar: 2 GiB.
const BYTES_MAX: u64 = 2 << 30;

fn measured(name: &str, steps: &[Step]) -> Report {
    assert_eq!(steps.len(), 12);
    let text = definition(steps);
    let begin = Instant::now();
    let report = report(&text);
    let took = begin.elapsed();
    eprintln!("{name}: {report}\n  in {took:?}, {} MiB", report.explored.bytes >> 20);
    proved(&report);
    assert!(took < TIME_MAX, "it took {took:?}");
    assert!(
        report.explored.bytes < BYTES_MAX,
        "it needed {} bytes",
        report.explored.bytes
    );
    report
}

const RETRIED: &str = "retry: { attempts: 5, when: \"reply.code == 'BUSY'\" }";

#[test]
fn four_in_parallel_between_eight() {
    let mut steps = vec![
        step("first").compensated(),
        step("second").after(&["first"]).compensated(),
    ];
    for name in ["hotel", "flight", "car", "guide"] {
        steps.push(step(name).after(&["second"]).compensated().with(RETRIED));
    }
    steps.push(step("check").after(&["hotel", "flight", "car", "guide"]).compensated());
    steps.push(step("price").after(&["check"]).compensated());
    steps.push(step("ticket").after(&["price"]).with("pivot: true"));
    steps.push(step("invoice").after(&["ticket"]));
    steps.push(step("mail").after(&["ticket"]).never_refused());
    steps.push(step("review").after(&["invoice", "mail"]).never_refused());
    measured("four in parallel", &steps);
}
