//! The order saga end to end: real Kafka, real processes, orders over HTTP.
//!
//! All scenarios share one broker. Each group has a shop of its own on it, told apart by a topic prefix, and ends with
//! the audit of everything that its shop has written. Arguments name the scenarios to play; without any, all are.

mod crashes;
mod orders;
mod outages;
mod registry_down;
mod stock_client;
mod support;
mod two_nodes;

use std::process::ExitCode;

use support::{Ground, Run};

fn main() -> ExitCode {
    let mut run = Run::from_arguments();
    let groups: [fn(&mut Run, &Ground); 6] = [
        orders::play,
        outages::play,
        registry_down::play,
        stock_client::play,
        crashes::play,
        two_nodes::play,
    ];
    let ground = Ground::start();
    for play in groups {
        play(&mut run, &ground);
    }
    run.finish(ground)
}
