//! What the orchestrator wrote can be read.

use crate::{
    check::Check,
    facts::Facts,
    findings::Findings,
    seen::{Content, Seen},
};

/// Every record of the journal and of the outcomes follows its schema, and every emission says what it tells of.
pub(crate) struct Readable;

impl Check for Readable {
    fn name(&self) -> &'static str {
        "readable"
    }

    fn meaning(&self) -> &'static str {
        "neither a take-over nor an analyst can read this record, and the other laws were judged without it"
    }

    fn see(&mut self, seen: &Seen<'_>, _: &Facts, found: &mut Findings) {
        if let Content::Unreadable(reason) = &seen.content {
            found.add(Some(seen.place()), || format!("the record cannot be read: {reason}"));
        }
    }

    fn finish(&mut self, _: &Facts, _: &mut Findings) {}
}
