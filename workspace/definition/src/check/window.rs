//! The step that closes the window for cancellation.

use palinode_core::Zone;

use super::{Graph, Zones};
use crate::{
    Code,
    raw::{Cancellation, Step},
    source::Report,
    suggest::nearest_or_all,
};

/// The place of the step that closes the window.
pub(crate) fn window(
    cancellation: Option<&Cancellation>,
    steps: &[Step],
    graph: &Graph,
    zones: &Zones,
    report: &mut Report<'_>,
) -> Option<usize> {
    let until = cancellation?.until.as_ref()?;
    let Some(place) = graph.places.get(&until.value) else {
        let message = format!("there is no step '{}'", until.value);
        report.push(
            Code::UnknownStep,
            until.span,
            message,
            nearest_or_all(&until.value, graph.ids()),
        );
        return None;
    };
    if zones.of[*place] == Zone::ForwardOnly {
        let pivot = zones.pivot.map_or("?", |pivot| steps[pivot].name());
        let message = format!("the pivot '{pivot}' closes the window before '{}' does", until.value);
        report.error_with(Code::WindowAfterPivot, until.span, message, "leave this key out");
    }
    Some(*place)
}
