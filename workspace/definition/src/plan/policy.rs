//! How often a step or compensation is tried, with defaults for what the file leaves out.

use std::{sync::Arc, time::Duration};

use palinode_core::{Expression, RecordName, RetryPolicy};

use super::{Around, Places, ValuePlace, Wants};
use crate::{
    Code,
    check::{self, Scope},
    defaults,
    raw::{Replies, Retry},
    source::Report,
};

/// What holds when the file says nothing.
pub(super) struct Usual {
    attempts: u32,
    max: Duration,
}

impl Usual {
    pub(super) const STEP: Self = Self {
        attempts: defaults::ATTEMPTS,
        max: defaults::MAX,
    };
    pub(super) const COMPENSATION: Self = Self {
        attempts: defaults::COMPENSATION_ATTEMPTS,
        max: defaults::COMPENSATION_MAX,
    };
}

pub(super) fn policy(
    retry: Option<&Retry>,
    usual: &Usual,
    replies: Option<&Replies>,
    around: (Scope<'_>, &Around),
    places: &mut Places,
    report: &mut Report<'_>,
) -> RetryPolicy {
    let attempts = retry
        .and_then(|retry| retry.attempts.as_ref())
        .map(|attempts| attempts.value);
    let initial = retry
        .and_then(|retry| retry.initial.as_ref())
        .map(|initial| initial.value);
    let max = retry.and_then(|retry| retry.max.as_ref()).map(|max| max.value);
    let factor = retry.and_then(|retry| retry.factor.as_ref()).map(|factor| factor.value);
    // One that is given moves the usual other, so that the first pause is never longer than the longest.
    let longest = max.unwrap_or_else(|| usual.max.max(initial.unwrap_or_default()));
    RetryPolicy {
        attempts: attempts.unwrap_or(usual.attempts),
        initial: initial.unwrap_or_else(|| defaults::INITIAL.min(longest)),
        factor: factor.unwrap_or(defaults::FACTOR),
        max: longest,
        jitter: retry
            .and_then(|retry| retry.jitter.as_ref())
            .map_or(defaults::JITTER, |jitter| jitter.value),
        when: when(retry, replies, around, places, report),
    }
}

fn when(
    retry: Option<&Retry>,
    replies: Option<&Replies>,
    around: (Scope<'_>, &Around),
    places: &mut Places,
    report: &mut Report<'_>,
) -> Option<Arc<dyn Expression>> {
    let text = retry?.when.as_ref()?;
    let (scope, around) = around;
    let expressed = check::expression(text, Scope { reply: true, ..scope }, report)?;
    let Some(failed) = &replies?.failed else {
        let message = "'when' chooses among failures, but no reply says 'failed'";
        report.error(Code::WhenWithoutFailure, text.span, message);
        return None;
    };
    let compiled = Arc::clone(&expressed.compiled);
    let around = Around {
        reply: Some(RecordName::from(failed.value.as_str())),
        ..around.clone()
    };
    places.values.push(ValuePlace {
        expression: expressed,
        around,
        wants: Wants::Truth,
    });
    Some(compiled)
}
