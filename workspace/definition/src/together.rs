//! What holds between definitions: sub-sagas begin by the event that their definition names, and no definition leads back
//! to itself.

use std::collections::BTreeMap;

use palinode_core::{DefinitionName, Plan, RecordName};

use crate::{
    Code, Definition, Diagnostic, Diagnostics,
    source::{At, Report, Span},
};

/// Where a step names the definition of a sub-saga.
#[derive(Debug)]
pub(crate) struct SubSagaPlace {
    pub(crate) definition: At<DefinitionName>,
    /// Its start event.
    pub(crate) start: At<RecordName>,
}

/// Everything in `definitions` that does not fit the others: those of sub-sagas that are not among them are not judged. Of
/// several versions the newest one counts, because that is the one that a sub-saga will follow.
pub fn check_sub_sagas(definitions: &[Definition]) -> Vec<Diagnostic> {
    let mut newest: BTreeMap<&DefinitionName, &Plan> = BTreeMap::new();
    for Definition { plan, .. } in definitions {
        let known = newest.entry(&plan.name).or_insert(plan);
        if known.version < plan.version {
            *known = plan;
        }
    }
    let all = definitions.iter().flat_map(|definition| check(definition, &newest));
    all.collect()
}

fn check(definition: &Definition, newest: &BTreeMap<&DefinitionName, &Plan>) -> Vec<Diagnostic> {
    let mut report = Report::new(&definition.source);
    for SubSagaPlace { definition: of, start } in &definition.places.sub_sagas {
        let Some(plan) = newest.get(&of.value) else { continue };
        if let Some(way) = way_back(&definition.plan.name, plan, newest) {
            let message = format!("the definitions ask for each other: {}", way.join(" → "));
            report.error(Code::SubSagaCycle, of.span, message);
        }
        let starts = &plan.started_by.record;
        if *starts != start.value {
            mismatch(&mut report, &of.value, starts, start.span);
        }
    }
    Diagnostics::new(report.into_found()).into_iter().collect()
}

fn mismatch(report: &mut Report<'_>, of: &DefinitionName, starts: &RecordName, span: Span) {
    let message = format!("the definition '{of}' is started by {starts}");
    report.error_with(Code::SubSagaStart, span, message, starts.as_str());
}

/// The names on the way from `from` by way of `plan` back to `from`.
fn way_back(from: &DefinitionName, plan: &Plan, newest: &BTreeMap<&DefinitionName, &Plan>) -> Option<Vec<String>> {
    let mut met: Vec<&DefinitionName> = Vec::new();
    let mut open: Vec<(&DefinitionName, Vec<String>)> = vec![(&plan.name, vec![from.to_string()])];
    while let Some((name, mut way)) = open.pop() {
        way.push(name.to_string());
        if name == from {
            return Some(way);
        }
        if met.contains(&name) {
            continue;
        }
        met.push(name);
        let steps = newest.get(name).map_or(&[][..], |plan| &plan.steps);
        let next = steps.iter().filter_map(|step| step.sub_saga());
        open.extend(next.map(|sub_saga| (&sub_saga.definition, way.clone())));
    }
    None
}
