//! What became of recorded sagas.

use crate::model::End;

/// The differences that a tally keeps: the first ones.
const DIFFERENCES_MAX: usize = 10;

/// What becomes of one recorded saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It ends as it did then.
    Same,
    /// It ends otherwise.
    OtherEnd,
    /// It does not end any more.
    Unfinished,
    /// What it would need is not in the recording: the answer to a step that was not asked for, a field.
    MissingData,
    /// It had not ended then, and so far all goes on as it did.
    StillOpen,
}

/// A saga that goes otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The saga.
    pub saga: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Where it was at last, then.
    pub then: End,
    /// Where it is at last, with the other definition.
    pub now: End,
    /// The number of the first recorded event that does not happen any more.
    pub event: Option<u64>,
    /// The step of it.
    pub step: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// The verdicts on all sagas of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sagas that end as they did.
    pub same: usize,
    /// Sagas that end otherwise.
    pub other_end: usize,
    /// Sagas that do not end.
    pub unfinished: usize,
    /// Sagas that need what is not recorded.
    pub missing_data: usize,
    /// Sagas that had not ended.
    pub still_open: usize,
    /// The first sagas that go otherwise.
    pub differences: Vec<Difference>,
}

impl Tally {
    /// All sagas.
    pub fn total(&self) -> usize {
        self.same + self.different() + self.still_open
    }

    /// The sagas that go otherwise.
    pub fn different(&self) -> usize {
        self.other_end + self.unfinished + self.missing_data
    }

    pub(super) fn add(&mut self, difference: Difference) {
        match difference.verdict {
            Verdict::Same => self.same += 1,
            Verdict::OtherEnd => self.other_end += 1,
            Verdict::Unfinished => self.unfinished += 1,
            Verdict::MissingData => self.missing_data += 1,
            Verdict::StillOpen => self.still_open += 1,
        }
        let is_alike = matches!(difference.verdict, Verdict::Same | Verdict::StillOpen);
        if !is_alike && self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        }
    }
}
