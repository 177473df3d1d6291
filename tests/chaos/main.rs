//! Chaos: orders are placed while processes are killed, paused, stopped and started again, links fail and disks are full;
//! then everything is well again, every order has to end, and the topics are audited.
//!
//! Without arguments it plays the short form, which belongs to the tests. `make chaos` plays the long one: see
//! docs/chaos.md. The seed decides what hits what and when; what comes of it is for the machine to decide.

mod arguments;
mod audit;
mod books;
mod brokers;
mod dice;
mod disks;
mod fault;
mod helper;
mod network;
mod observer;
mod orders;
mod plan;
mod run;
mod storm;
mod summary;
mod topics;
mod world;
mod writer;

use std::{env, process::ExitCode};

use arguments::Arguments;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == helper::SERVE => helper::serve(rest).map(|()| true),
        _ => Arguments::read().and_then(|wanted| wanted.map_or(Ok(true), |wanted| run::all(&wanted))),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error:?}");
            ExitCode::FAILURE
        }
    }
}
