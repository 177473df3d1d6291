//! Whether every alternative of a choice can be done.

use crate::{
    Code,
    raw::{Choice, Step},
    source::Report,
};

/// An alternative without a condition is always chosen: it must be the last.
pub(crate) fn choices(choices: &[Choice], steps: &[Step], report: &mut Report<'_>) {
    for choice in choices {
        let Some((_, all_but_last)) = choice.alternatives.split_last() else {
            continue;
        };
        for place in all_but_last {
            let step = &steps[*place];
            if step.when.is_some() {
                continue;
            }
            let message = format!(
                "the alternative '{}' has no 'when', so that those after it are never done",
                step.name()
            );
            let span = step.id.as_ref().map_or(choice.span, |id| id.span);
            report.error_with(
                Code::NeverChosen,
                span,
                message,
                "only the last alternative may have no 'when'",
            );
        }
    }
}
