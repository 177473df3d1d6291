//! `palinode topics`.

use palinode_log::kafka::{Settings, topics::Topics as Admin};
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
    let specs = specs(target)?;
    let created = admin(target)?.create(&specs)?;
    say(format_args!(
        "{} topics created, {} were there",
        created.len(),
        specs.len() - created.len()
    ))?;
    Ok(Verdict::Done)
}

fn check(target: &TopicsTarget) -> anyhow::Result<Verdict> {
    let specs = specs(target)?;
    let differences = admin(target)?.differences(&specs)?;
    for difference in &differences {
        say(difference)?;
    }
    if differences.is_empty() {
        say(format_args!("{} topics are as the catalogue wants them", specs.len()))?;
        return Ok(Verdict::Done);
    }
    Ok(Verdict::Found)
}

fn specs(target: &TopicsTarget) -> anyhow::Result<Vec<palinode_log::kafka::topics::TopicSpec>> {
    let catalogue = Catalogue::read(&target.catalog)?;
    let mut specs = catalogue.specs(&target.cluster.topic_prefix, target.replication)?;
    if let Some(partitions) = target.partitions {
        specs.iter_mut().for_each(|spec| spec.partitions = partitions);
    }
    Ok(specs)
}

fn admin(target: &TopicsTarget) -> anyhow::Result<Admin> {
    Ok(Admin::connect(&Settings::new(
        target.cluster.bootstrap_servers.as_str(),
    ))?)
}
