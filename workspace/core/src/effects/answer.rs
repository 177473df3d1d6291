//! What a sub-saga answers its parent when it ends.

use crate::{Effect, Outcome, ParentAnswer, Purpose, reasons};

use super::Told;

/// A sub-saga that ends of its own accord answers that it is done, or why not. One that was taken back answers whether it
/// could be; and before that, when it went on to its end all the same, that it is done.
pub(super) fn answers(told: &Told<'_>, outcome: Outcome, effects: &mut Vec<Effect>) {
    let Some(known) = &told.state.parent else { return };
    let parent = &known.parent;
    let mut answer = |purpose, round, refusal| {
        effects.push(Effect::Answer(ParentAnswer {
            request: parent.request(purpose, round),
            refusal,
        }));
    };
    match (outcome, known.taken_back) {
        (Outcome::Completed, None) => answer(Purpose::Forward, parent.round, None),
        (Outcome::Compensated, None) => answer(Purpose::Forward, parent.round, told.event.reason().cloned()),
        (Outcome::Compensated, Some(round)) => answer(Purpose::Compensation, round, None),
        (Outcome::Completed, Some(round)) => {
            answer(Purpose::Forward, parent.round, None);
            let refusal = reasons::sub_saga_past_pivot(&told.state.id);
            answer(Purpose::Compensation, round, Some(refusal));
        }
    }
}
