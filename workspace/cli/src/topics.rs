//! `palinode topics`.

use palinode_log::kafka::topics::{TopicSpec, Topics as Admin};
use palinode_server::Catalogue;

use crate::{
    Verdict,
    arguments::{Topics, TopicsAction, TopicsTarget},
    say,
};

pub(crate) fn topics(arguments: &Topics) -> anyhow::Result<Verdict> {
    match &arguments.action {
        TopicsAction::Create(target) => create(target),
        TopicsAction::Check(target) => check(target),
    }
}

fn create(target: &TopicsTarget) -> anyhow::Result<Verdict> {
    let (admin, specs) = prepare(target)?;
    let created = admin.create(&specs)?;
    say(format_args!(
        "{} topics created, {} were there",
        created.len(),
        specs.len() - created.len()
    ))?;
    Ok(Verdict::Done)
}

fn check(target: &TopicsTarget) -> anyhow::Result<Verdict> {
    let (admin, specs) = prepare(target)?;
    let differences = admin.differences(&specs)?;
    for difference in &differences {
        say(difference)?;
    }
    if differences.is_empty() {
        say(format_args!("{} topics are as the catalogue wants them", specs.len()))?;
        return Ok(Verdict::Done);
    }
    Ok(Verdict::Found)
}

fn prepare(target: &TopicsTarget) -> anyhow::Result<(Admin, Vec<TopicSpec>)> {
    let reached = target.cluster.reach(None)?;
    let catalogue = Catalogue::read(&target.catalog)?;
    let mut specs = catalogue.specs(&reached.topic_prefix, target.replication)?;
    if let Some(partitions) = target.partitions {
        specs.iter_mut().for_each(|spec| spec.partitions = partitions);
    }
    Ok((Admin::connect(&reached.kafka)?, specs))
}
