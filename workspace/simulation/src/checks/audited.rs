//! The auditor that knows only topics finds nothing.

use std::collections::{BTreeMap, BTreeSet};

use palinode_audit::{Auditor, Copies, Expect, Graph, GraphStep, Options, Record};
use palinode_core::{CompensationOrder, DefinitionName, Plan, StepPlan, Timestamp};
use palinode_log::Consumed;

use super::{Check, Found, Known, Scene};
use crate::{
    history::Happened,
    plan::{Fault, Services, WorldPlan},
    world::TOO_MANY_OPEN,
};

/// The laws of `palinode audit`, over the topics of the world: each input has one effect, commands and journal agree,
/// compensations are complete and in order, nothing follows an end, money and goods are conserved, and more.
pub(super) struct Audited;

/// Topics whose records are no part of the story.
const PASSED_OVER: [&str; 4] = [
    "palinode.definitions",
    "palinode.schemas",
    "palinode.members",
    "palinode.snapshots",
];
/// The laws of the shop's books, which services that do what nobody asked break by themselves.
const BOOKS: [&str; 2] = ["money", "stock"];

/// The law that every input is read, and how it says that one was not.
const NOTHING_UNSEEN: &str = "nothing_unseen";
const NEVER_READ: &str = "an input was never read";

impl Check for Audited {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn law(&self) -> &'static str {
        "The auditor that knows only topics finds none of its laws broken."
    }

    fn exceptions(&self) -> &'static [&'static str] {
        &[
            "Money and stock where services answer wrongly, or what nobody asked, or act on what was not committed: they break these \
             laws by themselves.",
            "Starts that were never read, where as many sagas are open as may be, for ever: those that nobody resumes.",
            "Money and stock where the registry was down: a success whose schema nobody gives for half a minute is a dead letter, of \
             which people are told. The books say that it was done, and the saga never heard of it.",
        ]
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        let mut auditor = Auditor::with_schemas(options(scene.known, &scene.remains.plan), scene.known.schemas.clone());
        let topics = &scene.remains.topics;
        for (_, records) in topics.iter().filter(|(at, _)| !PASSED_OVER.contains(&&*at.topic)) {
            for record in records {
                auditor.see(&seen(record));
            }
        }
        let keeps_books = books_are_kept(&scene.remains.plan);
        let starts_wait = starts_wait(scene);
        for violation in auditor.finish().violations {
            if !keeps_books && BOOKS.contains(&violation.check) {
                continue;
            }
            if starts_wait && violation.check == NOTHING_UNSEEN && violation.what.starts_with(NEVER_READ) {
                continue;
            }
            let place = violation.place.map(|place| format!(" ({place})")).unwrap_or_default();
            let what = format!("{}: {}{place}", violation.check, violation.what);
            match &violation.saga {
                Some(saga) => found.of_saga(saga, what),
                None => found.add(what),
            }
        }
    }
}

/// Whether a task ends with saying that it reads no starts.
fn starts_wait(scene: &Scene<'_>) -> bool {
    let mut last = BTreeMap::new();
    for entry in scene.remains.history.entries() {
        if let Happened::Status { node, task, status } = &entry.what {
            last.insert((node, task), status);
        }
    }
    last.values().any(|status| status.contains(TOO_MANY_OPEN))
}

/// Whether what services say of money and goods is what sagas asked of them, and is heard. A reply whose schema nobody
/// gives for half a minute is a dead letter: the step is taken back then, and the books know nothing of what was done.
fn books_are_kept(plan: &WorldPlan) -> bool {
    let Services {
        unasked_percent,
        wrong_percent,
        read_uncommitted,
        ..
    } = plan.services;
    let is_heard = !plan
        .faults
        .iter()
        .any(|fault| matches!(fault.what, Fault::Registry { .. }));
    unasked_percent == 0 && wrong_percent == 0 && !read_uncommitted && is_heard
}

fn options(known: &Known, plan: &WorldPlan) -> Options {
    let mut options = Options {
        partitions: plan.tasks,
        partitions_of: known.partitions_of.clone(),
        graphs: BTreeMap::new(),
        named: BTreeSet::new(),
        correlated: BTreeSet::new(),
        expect: Expect::DrainedOrSuspended,
        copied_outputs: Copies::Refused,
        orders: DefinitionName::from("order-fulfilment"),
    };
    for plan in &known.plans {
        options.graphs.insert((plan.name.clone(), plan.version), graph(plan));
        let named = plan.awaited().map(|(record, topic)| (topic.clone(), record.clone()));
        options.named.extend(named);
        let correlated = plan.steps.iter().filter(|step| step.event_key().is_some());
        let topics = correlated
            .filter_map(|step| step.event())
            .map(|trigger| trigger.topic.clone());
        options.correlated.extend(topics);
    }
    options
}

fn graph(plan: &Plan) -> Graph {
    let step = |step: &StepPlan| {
        let after = match plan.compensation_order {
            // Taken back all at once, no step waits for those that came after it.
            CompensationOrder::Parallel => Vec::new(),
            CompensationOrder::Reverse | CompensationOrder::Sequential => {
                step.after.iter().map(|index| plan.step(*index).name.clone()).collect()
            }
        };
        let has_compensation = step.compensation.is_some();
        (
            step.name.clone(),
            GraphStep {
                after,
                has_compensation,
            },
        )
    };
    Graph {
        steps: plan.steps.iter().map(step).collect(),
    }
}

fn seen(record: &Consumed) -> Record {
    let headers = record
        .headers
        .iter()
        .map(|header| (header.name.clone().into(), header.value.clone()));
    Record {
        topic: record.source.topic.clone().into(),
        partition: record.source.partition,
        offset: record.offset,
        timestamp: Timestamp(record.timestamp),
        key: record.key.clone(),
        value: record.value.clone(),
        headers: headers.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Audited;
    use crate::checks::testing::{Made, event};

    #[test]
    fn what_the_auditor_finds_is_told() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.write(0, 0, &[event("o-1", 5, "SagaCompleted", "payments.events/0/0")]);
        let found = made.findings(&Audited);
        let gap = "order-fulfilment/o-1: sequence: event 5 stands where event 3 belongs (palinode.journal/0/6)";
        assert!(found.iter().any(|what| what == gap), "{found:?}");
    }

    #[test]
    fn a_world_without_sagas_is_right() {
        let mut made = Made::new(2);
        made.claim(0, 0);
        made.claim(1, 1);
        assert_eq!(made.findings(&Audited), Vec::<String>::new());
    }
}
