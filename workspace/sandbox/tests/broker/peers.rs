//! What programs of other languages check, and on which brokers: the embedded one, and real Kafka as well when `KAFKA`
//! asks for it, so that what they claim is what Kafka does.

use std::{env, process::ExitStatus, time::Duration};

use palinode_sandbox::{
    broker::{Server, Settings},
    kafka::{self, Kafka},
    process::Process,
};

/// How often members of the new protocol are heard: the broker tells them, and a rebalance takes some of them.
const HEARTBEAT: Duration = Duration::from_millis(200);

/// A broker that is checked.
pub(crate) enum Broker {
    Embedded(Server),
    Real(Kafka),
}

impl Broker {
    pub(crate) fn bootstrap(&self) -> String {
        match self {
            Broker::Embedded(server) => server.bootstrap(),
            Broker::Real(kafka) => kafka.bootstrap(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Broker::Embedded(_) => "the embedded broker",
            Broker::Real(_) => "Apache Kafka",
        }
    }
}

/// The brokers to check: the embedded one, or real Kafka with `KAFKA=real`, or one after the other with `KAFKA=both`.
pub(crate) fn brokers() -> impl Iterator<Item = Broker> {
    let wanted = env::var("KAFKA").unwrap_or_default();
    let embedded = (wanted != "real").then_some(embedded as fn() -> Broker);
    let real = (wanted == "real" || wanted == "both").then_some(real as fn() -> Broker);
    [embedded, real].into_iter().flatten().map(|start| start())
}

fn embedded() -> Broker {
    let mut settings = Settings::default();
    settings.broker.consumer_heartbeat_interval = HEARTBEAT;
    Broker::Embedded(Server::start(settings).unwrap())
}

fn real() -> Broker {
    let heartbeat = (
        "group.consumer.heartbeat.interval.ms".to_owned(),
        HEARTBEAT.as_millis().to_string(),
    );
    let settings = kafka::Settings {
        properties: vec![heartbeat],
        ..kafka::Settings::default()
    };
    Broker::Real(Kafka::start(settings).unwrap())
}

/// What a program said of its checks.
pub(crate) struct Checked {
    status: ExitStatus,
    output: String,
}

impl Checked {
    /// Waits for the program's end.
    pub(crate) fn of(mut process: Process, at_most: Duration) -> Self {
        let status = process.wait(at_most).unwrap();
        let output = process.output();
        Self { status, output }
    }

    /// Asserts that there were so many checks and that each passed.
    pub(crate) fn assert_all_passed(&self, count: usize, broker: &Broker) {
        let lines = self.output.lines();
        let passed = lines.filter(|line| line.starts_with("passed ")).count();
        let (name, output) = (broker.name(), &self.output);
        assert!(self.status.success(), "{name}: {output}");
        assert_eq!(passed, count, "{name}: {output}");
    }
}
