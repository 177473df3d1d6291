//! What one input of the order saga costs the core, beside a hand-written saga that does the same work in the same run.
//!
//! `cargo run -p palinode-scenario --example core_cost` prints the figures; with `--write FILE` it writes the page. The exit
//! code is 1 when a bar is missed.

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/cost/hand.rs"]
mod hand;
#[path = "../tests/cost/measure.rs"]
mod measure;
#[path = "../tests/cost/plain.rs"]
mod plain;
#[path = "../tests/cost/subjects.rs"]
mod subjects;

use std::{fmt::Write as _, process::ExitCode};

use subjects::Ground;

/// Batches of each input.
const ROUNDS: usize = 2_000;
/// The median input takes at most so many microseconds.
const MEDIAN_MAX: f64 = 5.0;
/// All inputs together take at most so many times what the hand-written saga takes.
const RATIO_MAX: f64 = 5.0;

const HEAD: &str = "\
# What one input costs the core

This page is written by `cargo run --release -p palinode-scenario --example core_cost -- --write docs/benchmarks-core.md`; do not
edit it. `make bench` measures again and only prints.

One input is `transition`: `decide`, `evolve` for each event, and the content of everything that is sent (expressions
evaluated over Avro payloads), from a saga's state that is at hand to the next. The definition is
`sagas/order-fulfilment.yaml`. *By hand* is the same saga written as a `match`, without a definition: it reads the same
fields from the same bytes, and gives the same events and messages, which a test checks
(`workspace/scenario/tests/cost`). Both are measured in turn in the same run; the bar on the ratio holds therefore on any
machine.

";

fn main() -> ExitCode {
    let ground = Ground::new(common::definition(&common::order_text()).plan, common::schemas());
    let subjects = ground.subjects();
    // The first batches meet cold caches.
    measure::measure(&ground, &subjects, ROUNDS / 20);
    let costs = measure::measure(&ground, &subjects, ROUNDS);
    let mut table = String::from("| input | core | by hand | ratio |\n|---|---|---|---|\n");
    for (subject, cost) in subjects.iter().zip(&costs) {
        let (core, hand, ratio) = (cost.core / 1e3, cost.hand / 1e3, cost.core / cost.hand);
        writeln!(table, "| {} | {core:.2} µs | {hand:.2} µs | {ratio:.1} |", subject.name).unwrap();
    }
    let (median, ratio) = measure::whole(&costs);
    let median = median / 1e3;
    let is_well = median <= MEDIAN_MAX && ratio <= RATIO_MAX;
    writeln!(
        table,
        "\nThe median input takes {median:.2} µs (bar: {MEDIAN_MAX} µs); all inputs together take {ratio:.1} times what they \
         take by hand (bar: {RATIO_MAX} times). {}",
        if is_well { "Both bars are held." } else { "**A bar is missed.**" }
    )
    .unwrap();
    println!("{table}");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file] = arguments.as_slice()
        && flag == "--write"
    {
        std::fs::write(file, format!("{HEAD}{table}")).unwrap();
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
