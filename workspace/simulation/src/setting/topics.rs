//! The topics of a world.

use std::collections::BTreeMap;

use crate::broker::TopicSpec;

/// Topics that our own records stand on, beside the journal.
const OWN: [&str; 4] = [
    "palinode.inbox",
    "palinode.outcomes",
    "palinode.dead-letters",
    "palinode.control",
];
const INPUTS: [&str; 5] = [
    "orders.events",
    "orders.wishes",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];
/// The input with another number of partitions than the application has tasks.
const OTHER_COUNT: &str = "orders.requests";
const OUTPUTS: [&str; 4] = [
    "payments.commands",
    "warehouse.commands",
    "shipments.commands",
    "orders.status",
];

/// How long what was read may be kept: longer than any world is down, so that nothing is eaten unread.
const RETENTION_MS: i64 = 7 * 24 * 3_600_000;
/// How long records for others are kept, who read at once: short, so that the broker has something to clean away, and
/// longer than it is ever down.
const OUTPUTS_RETENTION_MS: i64 = 150_000;
/// After so long another segment begins; only whole segments are cleaned away.
const OUTPUTS_SEGMENT_MS: i64 = 10_000;

/// All topics of a world whose application has `tasks` tasks.
pub(super) fn all(tasks: i32) -> Vec<TopicSpec> {
    let journal = topic(
        "palinode.journal",
        tasks,
        &[
            ("retention.ms", "-1".into()),
            ("retention.bytes", "-1".into()),
            ("message.timestamp.type", "LogAppendTime".into()),
        ],
    );
    let kept = |name: &&str| topic(name, tasks, &[("retention.ms", RETENTION_MS.to_string())]);
    let brief = |name: &&str| {
        let config = [
            ("retention.ms", OUTPUTS_RETENTION_MS.to_string()),
            ("segment.ms", OUTPUTS_SEGMENT_MS.to_string()),
        ];
        topic(name, tasks, &config)
    };
    let mut snapshots = topic("palinode.snapshots", tasks, &[]);
    snapshots.config.insert("cleanup.policy".into(), "compact".into());
    let mut all = vec![journal, snapshots];
    all.extend(OWN.iter().chain(&INPUTS).map(kept));
    all.push(topic(
        OTHER_COUNT,
        tasks + 1,
        &[("retention.ms", RETENTION_MS.to_string())],
    ));
    all.extend(OUTPUTS.iter().map(brief));
    all
}

/// The topics that messages to others are written to, in order.
pub(super) fn outputs() -> &'static [&'static str] {
    &OUTPUTS
}

fn topic(name: &str, partitions: i32, config: &[(&str, String)]) -> TopicSpec {
    let config = config.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let mut config: BTreeMap<String, String> = config.collect();
    config.insert("cleanup.policy".into(), "delete".into());
    TopicSpec {
        name: name.to_owned(),
        partitions,
        config,
    }
}
