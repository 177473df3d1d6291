//! Starts the command of its arguments as a guarded process, prints the process's id and waits to be killed.

#![allow(clippy::expect_used, reason = "a test's helper: what is wrong shall end it")]

use std::process::Command;
use std::{env, thread};

use palinode_sandbox::process::Process;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut command = Command::new(&arguments[1]);
    command.args(&arguments[2..]);
    // From a thread that ends, as test threads do: what it started has to live on.
    let started = thread::spawn({
        let log = arguments[0].clone();
        move || Process::spawn("held", command, log)
    });
    let process = started
        .join()
        .expect("the thread panicked")
        .expect("the process did not start");
    println!("{}", process.pid());
    loop {
        thread::park();
    }
}
