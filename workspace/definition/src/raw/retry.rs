//! When and how often a step is tried again.

use std::time::Duration;

use palinode_core::limits::ATTEMPTS_MAX;

use crate::{
    Code,
    limits::FACTOR_MAX,
    source::{At, Report},
    yaml::{Mapping, Node},
};

const KEYS: &[&str] = &["attempts", "initial", "factor", "max", "when"];

#[derive(Debug)]
pub(crate) struct Retry {
    pub(crate) attempts: Option<At<u32>>,
    pub(crate) initial: Option<At<Duration>>,
    pub(crate) factor: Option<At<f64>>,
    pub(crate) max: Option<At<Duration>>,
    pub(crate) when: Option<At<String>>,
}

impl Retry {
    pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "a retry", KEYS, report)?;
        let retry = Self {
            attempts: map.get("attempts").and_then(|node| node.count(ATTEMPTS_MAX, report)),
            initial: map.duration("initial", report),
            factor: map.get("factor").and_then(|node| factor(node, report)),
            max: map.duration("max", report),
            when: map.get("when").and_then(|node| node.expression(report)),
        };
        if let (Some(initial), Some(max)) = (&retry.initial, &retry.max)
            && initial.value > max.value
        {
            report.error(
                Code::BadValue,
                initial.span,
                "the first pause is longer than the longest one",
            );
        }
        Some(retry)
    }
}

fn factor(node: &Node, report: &mut Report<'_>) -> Option<At<f64>> {
    let factor = node.number(report)?;
    if !(1.0..=FACTOR_MAX).contains(&factor.value) {
        let message = format!("a factor from 1 to {FACTOR_MAX} is expected here, not {}", factor.value);
        report.error(Code::BadValue, factor.span, message);
        return None;
    }
    Some(factor)
}
