//! A broker as a process of its own, for tests that kill it or look at its memory: its data stands in the folder of its
//! first argument and is forced to the disk as its third one says, it listens on the port of its second, and takes as many
//! connections as its fourth says, if there is one.

#![allow(clippy::expect_used, reason = "a test's helper: what is wrong shall end it")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::{env, thread, time::Duration};

use palinode_sandbox::broker::{Server, Settings, Sync};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let port = arguments[1].parse().expect("a port");
    let sync = match arguments[2].as_str() {
        "always" => Sync::Always,
        "never" => Sync::Never,
        millis => Sync::Every(Duration::from_millis(millis.parse().expect("milliseconds"))),
    };
    let mut settings = Settings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        ..Settings::kept_in(Path::new(&arguments[0]), sync).expect("a folder")
    };
    if let Some(connections) = arguments.get(3) {
        settings.connections_max = connections.parse().expect("a number of connections");
    }
    let _server = Server::start(settings).expect("a broker");
    println!("ready");
    loop {
        thread::park();
    }
}
