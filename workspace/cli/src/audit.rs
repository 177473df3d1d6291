//! `palinode audit`: reads every topic from its beginning and judges the run by the topics alone.

mod laws;
mod observed;
mod read;

pub(crate) use read::judged;

use std::path::PathBuf;

use palinode_audit::{Copies, Expect, Verdict as Judgement};

use crate::{Verdict, arguments::Audit, cluster::Reached, say};

/// What is judged, and by which expectations.
pub(crate) struct Where {
    /// Kafka, the topics' prefix, and the registry.
    pub(crate) reached: Reached,
    /// The definitions that the sagas followed.
    pub(crate) definitions: Vec<PathBuf>,
    /// The catalogue of topics.
    pub(crate) catalog: PathBuf,
    /// Whether everything should have come to an end.
    pub(crate) expect: Expect,
    /// What clients wrote down.
    pub(crate) observed: Vec<PathBuf>,
    /// Whether the report is printed as JSON.
    pub(crate) json: bool,
}

pub(crate) fn audit(arguments: &Audit) -> anyhow::Result<Verdict> {
    let expect = match (arguments.running, arguments.allow_suspended) {
        (true, _) => Expect::Running,
        (false, true) => Expect::DrainedOrSuspended,
        (false, false) => Expect::Drained,
    };
    let copies = if arguments.copied_outputs {
        Copies::Allowed
    } else {
        Copies::Refused
    };
    let what = Where {
        reached: arguments.cluster.reach(arguments.registry.as_deref())?,
        definitions: arguments.definitions.clone(),
        catalog: arguments.catalog.clone(),
        expect,
        observed: arguments.observed.clone(),
        json: arguments.json,
    };
    print(&what, copies)
}

/// Judges a run in which nobody has sent copies of what the orchestrator writes, and prints the report.
pub(crate) fn judge(what: &Where) -> anyhow::Result<Verdict> {
    print(what, Copies::Refused)
}

fn print(what: &Where, copies: Copies) -> anyhow::Result<Verdict> {
    let report = read::report(what, copies)?;
    if what.json {
        say(serde_json::to_string_pretty(&report)?)?;
    } else {
        say(&report)?;
    }
    Ok(match report.verdict {
        Judgement::Passed => Verdict::Done,
        Judgement::Failed => Verdict::Found,
    })
}
