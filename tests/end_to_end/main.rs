//! The order saga end to end: real processes, orders over HTTP, a broker that speaks Kafka's protocol.
//!
//! All scenarios are played on the embedded broker, the hardest on real Kafka as well. `KAFKA` in the environment
//! chooses otherwise: `embedded` or `real` for all on one of them, `both` for all on both; `BOOTSTRAP=host:port` for all
//! on a cluster that runs already. Each group of scenarios has a shop of its own and ends with the audit of everything
//! that its shop has written. Arguments name the scenarios to play; without any, all are.

mod crashes;
mod hardest;
mod orders;
mod outages;
mod registry_down;
mod stock_client;
mod support;
mod two_nodes;

use std::process::ExitCode;

use support::{Ground, Run, plans};

const GROUPS: [fn(&mut Run, &Ground); 6] = [
    orders::play,
    outages::play,
    registry_down::play,
    stock_client::play,
    crashes::play,
    two_nodes::play,
];

fn main() -> ExitCode {
    let plans = match plans(&hardest::HARDEST) {
        Ok(plans) => plans,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut all_passed = true;
    for plan in plans {
        let mut run = Run::of(&plan);
        let ground = Ground::start(plan.kind);
        for play in GROUPS {
            play(&mut run, &ground);
        }
        all_passed &= run.finish(ground);
    }
    match all_passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
