//! The steps after which a lock is given back.

use super::Graph;
use crate::{
    Code,
    source::{At, Report},
    suggest::nearest_or_all,
};

/// The places of the steps that `until` of the lock at `place` names: they stand behind the lock.
pub(crate) fn until(place: usize, until: &[At<String>], graph: &Graph, report: &mut Report<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    for name in until {
        let behind = |other: usize| graph.ancestors[other].contains(&place);
        match graph.places.get(&name.value) {
            None => {
                let message = format!("there is no step '{}'", name.value);
                report.push(
                    Code::UnknownStep,
                    name.span,
                    message,
                    nearest_or_all(&name.value, graph.ids()),
                );
            }
            Some(other) if found.contains(other) => {
                let message = format!("'{}' stands twice in this list", name.value);
                report.error(Code::NamedTwice, name.span, message);
            }
            Some(other) if !behind(*other) => {
                let message = format!("the step '{}' does not come after the lock", name.value);
                let hint = "a lock is given back after steps that begin once it is held: name it in their 'after'";
                report.error_with(Code::BadValue, name.span, message, hint);
            }
            Some(other) => found.push(*other),
        }
    }
    found
}
