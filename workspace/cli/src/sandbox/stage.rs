//! What a sandbox is made of: the same each time that its state is put back.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::{Context, ensure};
use palinode_core::Plan;
use palinode_server::{PrometheusHandle, configuration::Log, read_definitions, start_telemetry};

use super::{
    arguments::Run,
    scenario::Scenario,
    stub::{self, Asked, Rules, Stub},
};

/// What a sandbox is made of.
pub(super) struct Stage {
    /// What was asked for.
    pub(super) run: Run,
    /// How many partitions all topics have.
    pub(super) partitions: i32,
    /// The definitions.
    pub(super) plans: Vec<Arc<Plan>>,
    /// Who stands in for their participants.
    pub(super) stubs: BTreeMap<Asked, Stub>,
    /// How they behave at first.
    pub(super) rules: Rules,
    /// The file that says so.
    pub(super) rules_file: Option<String>,
    /// The process's metrics.
    pub(super) metrics: PrometheusHandle,
}

impl Stage {
    /// Reads what was named. A scenario that is to be played brings its rules and its number of partitions.
    pub(super) fn read(run: &Run, played: Option<&Scenario>) -> anyhow::Result<Self> {
        let plans = read_definitions(&run.definitions)?;
        let stubs = stub::stubs(&plans);
        let rules_file = match &run.rules {
            Some(path) => {
                Some(fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?)
            }
            None => None,
        };
        let named = run.rules.as_deref().map(|path| path.display().to_string());
        let mut rules = Rules::parse(rules_file.as_deref().unwrap_or("{}"), &stubs)
            .with_context(|| format!("{} is no file of rules", named.unwrap_or_default()))?;
        let mut partitions = run.partitions;
        if let Some(Scenario { header, .. }) = played {
            for name in &header.definitions {
                ensure!(
                    plans.iter().any(|plan| plan.name.as_str() == name),
                    "the scenario needs the definition '{name}': name its file with --definition"
                );
            }
            partitions = header.partitions;
            if rules_file.is_none() {
                rules.follow(header.rules.clone());
            }
        }
        let log = Log {
            filter: run.log.clone(),
            ..Log::default()
        };
        Ok(Self {
            run: run.clone(),
            partitions,
            plans,
            stubs,
            rules,
            rules_file,
            metrics: start_telemetry(&log)?,
        })
    }
}
