//! What an expression may refer to where it stands.

use std::{collections::BTreeSet, sync::Arc};

use super::Graph;
use crate::{
    Code,
    expression::{Compiled, Mistake, Reference, compile},
    source::{At, Report},
    suggest::{nearest, nearest_or_all},
};

/// The names under `saga`.
const OF_SAGA: &[&str] = &[
    "definition",
    "key",
    "version",
    "started_at",
    "milestone",
    "reason",
    "reason_code",
];

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) graph: &'a Graph,
    /// Whether there is a reply in hand.
    pub(crate) reply: bool,
    /// The steps whose replies it may see; `None`: all.
    pub(crate) steps: Option<&'a BTreeSet<usize>>,
}

impl Scope<'_> {
    fn roots(&self) -> Vec<&'static str> {
        let reply = self.reply.then_some("reply");
        ["start", "steps", "saga"].into_iter().chain(reply).collect()
    }
}

/// Compiles an expression and checks what it refers to.
pub(crate) fn expression(text: &At<String>, scope: Scope<'_>, report: &mut Report<'_>) -> Option<Arc<Compiled>> {
    let compiled = match compile(&text.value) {
        Ok(compiled) => compiled,
        Err(mistakes) => {
            tell(text, mistakes, report);
            return None;
        }
    };
    let mistakes: Vec<Mistake> = compiled
        .references()
        .iter()
        .filter_map(|reference| mistake(text, reference, scope))
        .collect();
    let right = mistakes.is_empty();
    tell(text, mistakes, report);
    right.then(|| Arc::new(compiled))
}

fn tell(text: &At<String>, mistakes: Vec<Mistake>, report: &mut Report<'_>) {
    for mistake in mistakes {
        let span = report
            .source
            .inside(text.span, &text.value, mistake.offset, mistake.length);
        report.push(mistake.code, span, mistake.message, mistake.hint);
    }
}

fn mistake(text: &At<String>, reference: &Reference, scope: Scope<'_>) -> Option<Mistake> {
    let names: Vec<&str> = reference.path.iter().map(|name| name.as_str()).collect();
    let (code, message, hint) = match names.as_slice() {
        ["start", ..] => return None,
        ["reply", ..] if scope.reply => return None,
        ["reply", ..] => (
            Code::UnknownName,
            "there is no reply in hand here".into(),
            Some("use steps.<step>.reply".into()),
        ),
        ["steps", step, rest @ ..] => step_mistake(step, rest, scope)?,
        ["steps"] => (
            Code::UnknownName,
            "'steps' needs the id of a step".into(),
            Some("steps.<step>.reply".into()),
        ),
        ["saga", name] if OF_SAGA.contains(name) => return None,
        ["saga", name, ..] => {
            let hint = nearest_or_all(name, OF_SAGA.iter().copied());
            (Code::UnknownName, format!("there is no '{}'", names.join(".")), hint)
        }
        ["saga"] => (
            Code::UnknownName,
            "'saga' needs the name of a field".into(),
            Some(OF_SAGA.join(", ")),
        ),
        _ => unknown_root(text, names.first().copied().unwrap_or_default(), scope),
    };
    Some(Mistake {
        code,
        offset: reference.offset,
        length: reference.dotted().chars().count(),
        message,
        hint,
    })
}

type Told = (Code, String, Option<String>);

fn unknown_root(text: &At<String>, root: &str, scope: Scope<'_>) -> Told {
    let roots = scope.roots();
    let hint = match nearest(root, roots.iter().copied()) {
        Some(hint) => hint,
        None if text.value == root => format!("text that stands for itself needs quotes of its own: \"'{root}'\""),
        None => format!("one of: {}", roots.join(", ")),
    };
    (Code::UnknownName, format!("there is no '{root}'"), Some(hint))
}

fn step_mistake(step: &str, rest: &[&str], scope: Scope<'_>) -> Option<Told> {
    let Some(place) = scope.graph.places.get(step) else {
        let hint = nearest_or_all(step, scope.graph.ids());
        return Some((Code::UnknownStep, format!("there is no step '{step}'"), hint));
    };
    if rest.first() != Some(&"reply") {
        let hint = Some(format!("steps.{step}.reply.<field>"));
        return Some((
            Code::UnknownName,
            format!("nothing but the reply of the step '{step}' can be seen"),
            hint,
        ));
    }
    if scope.steps.is_some_and(|visible| !visible.contains(place)) {
        let message = format!("the reply of the step '{step}' is not there yet");
        let hint = Some(format!(
            "only steps that must have succeeded before can be seen: name '{step}' in 'after'"
        ));
        return Some((Code::StepNotBefore, message, hint));
    }
    None
}
