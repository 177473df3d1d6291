//! What the books of all services have in common.

use palinode_core::Timestamp;
use serde::Serialize;

use super::super::{answer::Answer, command::Command, pen::Pen};

/// The books of a service.
pub(in super::super) trait Book {
    /// Does what a command asks, and says what to answer; none when it cannot be done and cannot be refused either.
    fn carry_out(&mut self, work: &Work<'_>) -> Option<Answer>;
}

/// A command at work.
pub(in super::super) struct Work<'w> {
    /// The command.
    pub(in super::super) command: &'w Command,
    /// Whether it is to be refused, when it can be.
    pub(in super::super) refusal: Option<Refusal>,
    /// Whether it is done although it was taken back before.
    pub(in super::super) slips_the_bar: bool,
    /// Writes the answer.
    pub(in super::super) pen: &'w Pen,
    /// When.
    pub(in super::super) now: Timestamp,
}

/// How a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Refusal {
    /// For good.
    ForGood,
    /// It may be done later.
    ForNow,
}

#[derive(Serialize)]
struct Refused<'r> {
    order_id: &'r str,
    code: &'r str,
    reason: &'r str,
}

impl Work<'_> {
    /// The order that is asked for.
    pub(super) fn order(&self) -> &str {
        self.command.request.saga.key.as_str()
    }

    /// An answer with an id of its own for the request, which is told under it however often it is asked.
    pub(super) fn answer<T: Serialize>(&self, record: &'static str, content: &T) -> Answer {
        self.answer_with(record, format!("{record}/{}", self.command.request), content)
    }

    /// An answer that tells of something with a name.
    pub(super) fn answer_with<T: Serialize>(&self, record: &'static str, id: String, content: &T) -> Answer {
        Answer {
            record,
            id,
            value: self.pen.value(record, content),
        }
    }

    /// Says no.
    pub(super) fn refuse(&self, record: &'static str, code: &str) -> Answer {
        let refused = Refused {
            order_id: self.order(),
            code,
            reason: "because it is so",
        };
        self.answer(record, &refused)
    }

    /// What a command that can be refused is refused with; none when it is to be done.
    pub(super) fn refused(&self, record: &'static str, for_now: &str, for_good: &str) -> Option<Answer> {
        self.refusal.map(|refusal| match refusal {
            Refusal::ForGood => self.refuse(record, for_good),
            Refusal::ForNow => self.refuse(record, for_now),
        })
    }
}

/// The code of a refusal of what was taken back before it was asked for.
pub(super) const BARRED: &str = "BARRED";
