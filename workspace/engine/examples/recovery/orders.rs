//! Orders one by one, and how long each takes until its saga is there.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use palinode_core::SagaId;
use palinode_engine::Node;

use super::world::{Done, World, key};

/// The pause between two orders.
const BETWEEN: Duration = Duration::from_millis(10);
/// The pause between two looks whether a saga is there.
const LOOK: Duration = Duration::from_millis(1);

/// How long orders took, the fastest first.
pub(crate) struct Took(Vec<Duration>);

impl Took {
    /// Half of them took less.
    pub(crate) fn p50(&self) -> Duration {
        self.share(50)
    }

    /// One of a hundred took more.
    pub(crate) fn p99(&self) -> Duration {
        self.share(99)
    }

    /// The slowest.
    pub(crate) fn max(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }

    fn share(&self, percent: usize) -> Duration {
        let index = self.0.len() * percent / 100;
        self.0
            .get(index.min(self.0.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99, max] = [self.p50(), self.p99(), self.max()].map(|took| took.as_secs_f64() * 1_000.0);
        write!(
            f,
            "{} orders: p50 {p50:.0} ms, p99 {p99:.0} ms, slowest {max:.0} ms",
            self.0.len()
        )
    }
}

/// Places orders from number `from` on, one after the other, as long as `goes_on` says so.
pub(crate) fn one_by_one(world: &World, node: &Node, from: u64, mut goes_on: impl FnMut() -> bool) -> Done<Took> {
    let mut took = Vec::new();
    let mut number = from;
    while goes_on() {
        let began = Instant::now();
        world.order(number)?;
        while !is_there(node, number)? {
            std::thread::sleep(LOOK);
        }
        took.push(began.elapsed());
        number += 1;
        std::thread::sleep(BETWEEN);
    }
    took.sort_unstable();
    Ok(Took(took))
}

fn is_there(node: &Node, number: u64) -> Done<bool> {
    let (tell, told) = mpsc::channel();
    node.saga(SagaId::new("order-fulfilment", key(number)), move |found| {
        // Whoever asked is gone when nobody listens.
        let _ = tell.send(found.map(|saga| saga.is_some()));
    });
    told.recv()?.map_err(|query| format!("{query:?}").into())
}
