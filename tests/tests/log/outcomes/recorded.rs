//! What a reader was handed, judged by the auditor's laws of readers.

use palinode_audit::{Auditor, Did, Observation, Options, Record, content_digest};
use palinode_log::Consumed;
use palinode_tests::log_world::World;

/// The laws that need what a reader wrote down.
const LAWS: [&str; 6] = [
    "lost_write",
    "unseen",
    "aborted_read",
    "duplicate",
    "poll_skip",
    "inconsistent_offsets",
];

/// A reader of a partition was handed this, from its beginning to its end.
///
/// # Panics
/// When a law says that it cannot have been.
pub(super) fn judge(world: &World, name: &str, partition: i32, handed: &[Consumed]) {
    let mut auditor = Auditor::new(Options::default());
    for record in world.read(name, partition) {
        auditor.see(&seen(name, record));
    }
    let observe = |did| Observation {
        by: "the reader".into(),
        topic: name.into(),
        partition,
        did,
    };
    auditor.observe(&observe(Did::Sought { offset: 0 }));
    for record in handed {
        auditor.observe(&observe(Did::Polled {
            offset: record.offset,
            digest: content_digest(record.value.as_deref()),
        }));
    }
    let report = auditor.finish();
    let broken: Vec<_> = report
        .violations
        .iter()
        .filter(|violation| LAWS.contains(&violation.check))
        .map(ToString::to_string)
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn seen(name: &str, record: Consumed) -> Record {
    Record {
        topic: name.into(),
        partition: record.source.partition,
        offset: record.offset,
        timestamp: palinode_core::Timestamp(record.timestamp),
        key: record.key,
        value: record.value,
        headers: Vec::new(),
    }
}
