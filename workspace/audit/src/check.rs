//! What a checker is.

use crate::{checks, facts::Facts, findings::Findings, seen::Seen, testimony::Observed};

/// One law. It is shown every record once, in order within a partition and in any order between partitions; what needs
/// two partitions is judged at the end.
pub(crate) trait Check {
    /// The name, for reports.
    fn name(&self) -> &'static str;

    /// What a broken law means to the people concerned.
    fn meaning(&self) -> &'static str;

    /// Takes a record in. `facts` reflects it already.
    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings);

    /// Takes in what a client wrote down. Most laws are of topics alone.
    fn observe(&mut self, _: &Observed) {}

    /// Judges what needs the whole.
    fn finish(&mut self, facts: &Facts, found: &mut Findings);
}

/// All checkers.
pub(crate) fn all() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(checks::Readable),
        Box::<checks::OneOutcome>::default(),
        Box::<checks::CommandsAndJournal>::default(),
        Box::<checks::Rounds>::default(),
        Box::<checks::OneEffectPerInput>::default(),
        Box::<checks::Positions>::default(),
        Box::<checks::NothingUnseen>::default(),
        Box::<checks::NothingAfterEnd>::default(),
        Box::<checks::Sequence>::default(),
        Box::<checks::OrderPerKey>::default(),
        Box::<checks::Compensation>::default(),
        Box::<checks::Locks>::default(),
        Box::<checks::Money>::default(),
        Box::<checks::Stock>::default(),
        Box::<checks::OutputsKeyed>::default(),
        Box::<checks::LostWrite>::default(),
        Box::<checks::Unseen>::default(),
        Box::<checks::AbortedRead>::default(),
        Box::<checks::Duplicate>::default(),
        Box::<checks::PollSkip>::default(),
        Box::<checks::InconsistentOffsets>::default(),
        Box::<checks::PrecommittedRead>::default(),
    ]
}

/// The name of each checker, and what a broken law means to the people concerned.
#[must_use]
pub fn laws() -> Vec<(&'static str, &'static str)> {
    all().iter().map(|check| (check.name(), check.meaning())).collect()
}
