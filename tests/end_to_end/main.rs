//! The order saga end to end: real processes, orders over HTTP, a broker that speaks Kafka's protocol.
//!
//! All scenarios are played on the embedded broker, the hardest on real Kafka as well. `KAFKA` in the environment
//! chooses otherwise: `embedded` or `real` for all on one of them, `both` for all on both; `BOOTSTRAP=host:port` for all
//! on a cluster that runs already. Each group of scenarios has a shop of its own and ends with the audit of everything
//! that its shop has written. Arguments name the scenarios to play; without any, all are.

mod away;
mod crashes;
#[path = "../chaos/disks.rs"]
#[expect(dead_code, reason = "the chaos empties disks as well")]
mod disks;
mod hardest;
mod orders;
mod outages;
mod redeployed;
mod registry_down;
mod stock_client;
mod support;
mod two_nodes;

use std::{panic::resume_unwind, process::ExitCode, thread};

use palinode_sandbox::cluster::Kind;
use support::{Ground, Plan, Run, plans};

/// A group of scenarios.
type Group = fn(&mut Run, &Ground);

/// The groups, in rows of which the first two take about the same time.
const ROWS: [&[Group]; 3] = [
    &[orders::play, outages::play],
    &[
        crashes::play,
        two_nodes::play,
        registry_down::play,
        redeployed::play,
        stock_client::play,
    ],
    &[away::play],
];

fn main() -> ExitCode {
    // Only there a disk can be mounted, and fills nobody else's.
    disks::enter_namespace();
    let plans = match plans(&hardest::HARDEST) {
        Ok(plans) => plans,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut all_passed = true;
    for plan in plans {
        let ground = Ground::start(plan.kind.clone());
        let run = match plan.kind {
            // The rows beside each other: shops mostly wait, and each has a broker of its own.
            Kind::Embedded => thread::scope(|scope| {
                let rows = ROWS.map(|row| scope.spawn(|| play(&plan, row, &ground)));
                let runs = rows.map(|row| row.join().unwrap_or_else(|panic| resume_unwind(panic)));
                runs.into_iter().reduce(Run::and).expect("a row")
            }),
            Kind::Real | Kind::Existing(_) => play(&plan, &ROWS.concat(), &ground),
        };
        all_passed &= run.finish(ground);
    }
    match all_passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Plays groups one after the other.
fn play(plan: &Plan, groups: &[Group], ground: &Ground) -> Run {
    let mut run = Run::of(plan);
    for play in groups {
        play(&mut run, ground);
    }
    run
}
