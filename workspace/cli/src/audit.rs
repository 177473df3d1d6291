//! `palinode audit`: reads every topic from its beginning and judges the run by the topics alone.

mod arguments;
mod options;
mod source;

use palinode_audit::{Auditor, Report, Verdict as Judgement};
use palinode_log::kafka::{self, Settings};
use palinode_server::Catalogue;

pub(crate) use arguments::Audit;
use source::Source;

use crate::Verdict;

pub(crate) fn audit(arguments: &Audit) -> anyhow::Result<Verdict> {
    let report = report(arguments)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(match report.verdict {
        Judgement::Passed => Verdict::Done,
        Judgement::Failed => Verdict::Found,
    })
}

fn report(arguments: &Audit) -> anyhow::Result<Report> {
    let settings = Settings::new(arguments.cluster.bootstrap_servers.as_str());
    let prefix = arguments.cluster.topic_prefix.as_str();
    let catalogue = Catalogue::read(&arguments.catalog)?;
    let topics: Vec<String> = catalogue.names().map(|name| format!("{prefix}{name}")).collect();
    let counts = options::partition_counts(&settings, &topics)?;
    let options = options::options(arguments, prefix, &counts)?;
    let mut source = Source::new(&arguments.registry, prefix)?;
    let mut auditor = Auditor::new(options);
    let mut failed = None;
    kafka::scan(&settings, &topics, None, |consumed| {
        if failed.is_none() {
            failed = source.show(&mut auditor, consumed).err();
        }
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok(auditor.finish()),
    }
}
