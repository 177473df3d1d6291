//! What can be done to a process, a link or a disk.

use std::{fmt, time::Duration};

use palinode_sandbox::shop::Component;

/// A process that can be hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A node of the orchestrator, or a service.
    Shop(Component),
    /// A broker; they count from 0.
    Broker(usize),
    /// The schema registry.
    Registry,
}

/// What a link between a node of the orchestrator and a broker can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Connections end, and new ones are refused.
    Cut,
    /// Nothing comes through in either direction; then what waited goes on.
    Silent,
    /// Nothing comes through in either direction; then the connections end.
    SilentAndCut,
    /// Requests come through and answers do not; then the connections end. Nobody knows what was done.
    AnswersLost,
    /// Everything takes so long.
    Slow(Duration),
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// kill -9; later it is started again.
    Kill(Target),
    /// The same to a node of the orchestrator, which loses its disk as well.
    KillAndWipe(u8),
    /// SIGSTOP; later SIGCONT.
    Pause(Target),
    /// SIGTERM; later it is started again.
    Stop(Target),
    /// All nodes of the orchestrator are stopped and started, one after the other.
    Rolling,
    /// The links between a node and a broker, or all brokers.
    Link(u8, Option<usize>, Trouble),
    /// The disk of a node is full; it is killed and started again on it.
    DiskFull(u8),
}

/// Something that happens in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// When, counted from the begin of the round.
    pub(crate) at: Duration,
    /// For how long.
    pub(crate) lasts: Duration,
    pub(crate) what: What,
}

impl What {
    /// The name under which it is counted.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Kill(Target::Shop(Component::Orchestrator(_))) => "kill -9 of an orchestrator",
            Self::Kill(Target::Shop(_)) => "kill -9 of a service",
            Self::Kill(Target::Broker(_)) => "kill -9 of a broker",
            Self::Kill(Target::Registry) => "kill -9 of the registry",
            Self::KillAndWipe(_) => "kill -9 of an orchestrator that loses its disk",
            Self::Pause(Target::Shop(Component::Orchestrator(_))) => "pause of an orchestrator",
            Self::Pause(Target::Shop(_)) => "pause of a service",
            Self::Pause(Target::Broker(_)) => "pause of a broker",
            Self::Pause(Target::Registry) => "pause of the registry",
            Self::Stop(Target::Shop(Component::Orchestrator(_))) => "stop of an orchestrator",
            Self::Stop(Target::Shop(_)) => "stop of a service",
            Self::Stop(Target::Broker(_)) => "stop of a broker",
            Self::Stop(Target::Registry) => "stop of the registry",
            Self::Rolling => "rolling restart of the orchestrators",
            Self::Link(_, _, Trouble::Cut) => "connections cut",
            Self::Link(_, _, Trouble::Silent | Trouble::SilentAndCut) => "partition",
            Self::Link(_, _, Trouble::AnswersLost) => "answers lost",
            Self::Link(_, _, Trouble::Slow(_)) => "delay",
            Self::DiskFull(_) => "disk full at a start",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shop(component) => component.fmt(f),
            Self::Broker(broker) => write!(f, "broker-{broker}"),
            Self::Registry => f.write_str("registry"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("cut"),
            Self::Silent => f.write_str("silent"),
            Self::SilentAndCut => f.write_str("silent, then cut"),
            Self::AnswersLost => f.write_str("answers lost"),
            Self::Slow(by) => write!(f, "{} ms slower", by.as_millis()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, lasts, what } = self;
        match what {
            What::Kill(target) => write!(f, "kill -9 {target}"),
            What::KillAndWipe(node) => write!(f, "kill -9 orchestrator-{node} and its disk"),
            What::Pause(target) => write!(f, "pause {target}"),
            What::Stop(target) => write!(f, "stop {target}"),
            What::Rolling => f.write_str("rolling restart"),
            What::Link(node, None, trouble) => write!(f, "orchestrator-{node} to all brokers {trouble}"),
            What::Link(node, Some(broker), trouble) => write!(f, "orchestrator-{node} to broker-{broker} {trouble}"),
            What::DiskFull(node) => write!(f, "disk of orchestrator-{node} full"),
        }?;
        write!(f, " at {:.1} s for {:.1} s", at.as_secs_f64(), lasts.as_secs_f64())
    }
}
