//! The brokers that are to be hit.

use std::{path::Path, time::Instant};

use palinode_sandbox::kafka::{Door, Kafka, Quorum};

use crate::{
    helper::{Helper, Role},
    network::Network,
};

/// The brokers of a run.
pub(crate) enum Brokers {
    /// Apache Kafka, one node or several, and when each was killed last.
    Kafka(Quorum, Vec<Option<Instant>>),
    /// The embedded broker, in a process of its own.
    Embedded(Helper),
}

impl Brokers {
    /// Kafka nodes, each with a door for each link.
    pub(crate) fn kafka(folder: &Path, count: usize, network: &Network) -> anyhow::Result<Self> {
        let doors_of = |broker: usize| {
            let ways = network.ways().filter(|way| way.ends.1 == broker);
            ways.map(|way| Door {
                name: format!("NODE{}", way.ends.0),
                listens: way.listens,
                told: way.told,
            })
            .collect::<Vec<_>>()
        };
        let doors: Vec<_> = (0..count).map(doors_of).collect();
        Ok(Self::Kafka(Quorum::start(folder, &doors)?, vec![None; count]))
    }

    pub(crate) fn embedded(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self::Embedded(Helper::start(Role::Broker, "broker-0", folder)?))
    }

    /// What clients take as `bootstrap.servers`.
    pub(crate) fn bootstrap(&self) -> String {
        match self {
            Self::Kafka(quorum, _) => quorum.bootstrap(),
            Self::Embedded(helper) => helper.address(),
        }
    }

    pub(crate) fn count(&mut self) -> usize {
        match self {
            Self::Kafka(quorum, _) => quorum.nodes().len(),
            Self::Embedded(_) => 1,
        }
    }

    pub(crate) fn kill9(&mut self, broker: usize) -> anyhow::Result<()> {
        self.apply(broker, Kafka::kill9, |helper| helper.process().kill9())?;
        if let Self::Kafka(_, killed_at) = self {
            killed_at[broker] = Some(Instant::now());
        }
        Ok(())
    }

    /// Whether a killed broker has to stay away because the others still wait for it. One that came back now would go on
    /// as the leader that it was, with what nobody else has, and could commit half a transaction (docs/recovery.md).
    pub(crate) fn stays_away(&self, broker: usize) -> bool {
        match self {
            Self::Kafka(_, killed_at) if killed_at.len() > 1 => {
                killed_at[broker].is_some_and(|at| at.elapsed() < Quorum::GIVEN_UP_AFTER)
            }
            Self::Kafka(..) | Self::Embedded(_) => false,
        }
    }

    pub(crate) fn pause(&mut self, broker: usize) -> anyhow::Result<()> {
        Ok(self.apply(broker, Kafka::pause, |helper| helper.process().pause())?)
    }

    pub(crate) fn resume(&mut self, broker: usize) -> anyhow::Result<()> {
        Ok(self.apply(broker, Kafka::resume, |helper| helper.process().resume())?)
    }

    pub(crate) fn terminate(&mut self, broker: usize) -> anyhow::Result<()> {
        Ok(self.apply(broker, Kafka::terminate, |helper| helper.process().terminate())?)
    }

    pub(crate) fn is_running(&mut self, broker: usize) -> anyhow::Result<bool> {
        Ok(self.apply(broker, Kafka::is_running, |helper| helper.process().is_running())?)
    }

    /// Starts a broker again that has ended.
    pub(crate) fn launch(&mut self, broker: usize) -> anyhow::Result<()> {
        match self {
            Self::Kafka(quorum, _) => Ok(quorum.nodes()[broker].begin_again()?),
            Self::Embedded(helper) => helper.launch(),
        }
    }

    pub(crate) fn await_ready(&mut self, broker: usize) -> anyhow::Result<()> {
        match self {
            Self::Kafka(quorum, _) => Ok(quorum.nodes()[broker].await_ready()?),
            Self::Embedded(helper) => helper.await_ready(),
        }
    }

    fn apply<T>(
        &mut self,
        broker: usize,
        to_kafka: impl FnOnce(&mut Kafka) -> palinode_sandbox::Result<T>,
        to_helper: impl FnOnce(&mut Helper) -> palinode_sandbox::Result<T>,
    ) -> palinode_sandbox::Result<T> {
        match self {
            Self::Kafka(quorum, _) => to_kafka(&mut quorum.nodes()[broker]),
            Self::Embedded(helper) => to_helper(helper),
        }
    }
}
