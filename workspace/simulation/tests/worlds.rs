//! Five thousand worlds, each judged, and all that has to be reached.

use std::{thread, time::Instant};

use palinode_simulation::{
    report::{COMPLETE_FROM, Run},
    simulate,
};

#[test]
fn five_thousand_worlds_keep_every_law_and_reach_everything() {
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let begin = Instant::now();
    let summary = simulate(0..COMPLETE_FROM, threads, &|_, _| true);
    let run = Run {
        summary: &summary,
        // Tests of their own.
        scenarios: &[],
        seeds: 0..COMPLETE_FROM,
        when: "now".into(),
        took: begin.elapsed(),
        threads,
    };
    assert!(run.is_clean(), "{run}");
}
