//! Takes the time of both, in turn.

use std::{hint::black_box, time::Instant};

use super::subjects::{Ground, Subject};

/// Inputs between two looks at the clock.
const BATCH: u32 = 50;

/// The time of one input, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) core: f64,
    pub(crate) hand: f64,
}

/// The medians of `rounds` batches of each input.
pub(crate) fn measure(ground: &Ground, subjects: &[Subject], rounds: usize) -> Vec<Cost> {
    let mut times: Vec<(Vec<f64>, Vec<f64>)> = subjects.iter().map(|_| (Vec::new(), Vec::new())).collect();
    for _ in 0..rounds {
        for (subject, (core, hand)) in subjects.iter().zip(&mut times) {
            core.push(batch(|| drop(black_box(ground.core(black_box(subject))))));
            hand.push(batch(|| drop(black_box(ground.hand(black_box(subject))))));
        }
    }
    let costs = times.into_iter().map(|(core, hand)| Cost {
        core: median(core),
        hand: median(hand),
    });
    costs.collect()
}

/// The median input, and the ratio of all inputs together.
pub(crate) fn whole(costs: &[Cost]) -> (f64, f64) {
    let median = median(costs.iter().map(|cost| cost.core).collect());
    let sum = |of: fn(&Cost) -> f64| costs.iter().map(of).sum::<f64>();
    (median, sum(|cost| cost.core) / sum(|cost| cost.hand))
}

fn batch(mut work: impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..BATCH {
        work();
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
