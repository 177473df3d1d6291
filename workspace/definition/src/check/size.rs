//! How much a definition may hold.

use palinode_core::limits::{ITEMS_MAX, ITEMS_PER_SAGA_MAX, STEPS_MAX};

use crate::{
    Code,
    raw::{Definition, ForEach},
    source::{Report, Span},
};

/// Checks the numbers of steps and of elements; says whether the other checks can go on.
pub(crate) fn size(definition: &Definition, report: &mut Report<'_>) -> bool {
    items(definition, report);
    let steps = &definition.steps;
    let Some(first) = steps.get(STEPS_MAX) else {
        return true;
    };
    let span = first.id.as_ref().map_or(Span::START, |id| id.span);
    let message = format!("the definition has {} steps, more than {STEPS_MAX}", steps.len());
    report.error_with(
        Code::LimitExceeded,
        span,
        message,
        "a process of more steps is better cut in two",
    );
    false
}

fn items(definition: &Definition, report: &mut Report<'_>) {
    let mut all = 0;
    let lists = definition.steps.iter().filter_map(|step| step.for_each.as_ref());
    for list in lists {
        let before = all;
        all += most(list);
        if before <= ITEMS_PER_SAGA_MAX && all > ITEMS_PER_SAGA_MAX {
            let message = format!("the steps of a saga can have {all} elements, more than {ITEMS_PER_SAGA_MAX}");
            let hint = "say with 'max' how many elements each of them has at most";
            report.error_with(Code::LimitExceeded, list.span, message, hint);
        }
    }
}

/// How many elements there can be.
fn most(list: &ForEach) -> usize {
    let max = list.max.as_ref().and_then(|max| usize::try_from(max.value).ok());
    max.unwrap_or(ITEMS_MAX)
}
