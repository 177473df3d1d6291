//! What an expression may refer to where it stands.

use std::{collections::BTreeSet, sync::Arc};

use super::Graph;
use crate::{
    Code,
    expression::{Mistake, Parsed, Reference, compile},
    plan::Expressed,
    raw::Step,
    source::{At, Report},
    suggest::{nearest, nearest_or_all},
};

/// The names under `saga`, and what they are.
pub(crate) const OF_SAGA: &[(&str, &str)] = &[
    ("definition", "the name of the definition"),
    ("key", "its key"),
    ("version", "the version of its definition"),
    ("started_at", "when it started, in milliseconds"),
    ("milestone", "the milestone, in `emits`"),
    ("reason", "why it is where it is, in words, or null"),
    ("reason_code", "the class of that reason, or null"),
];

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) graph: &'a Graph,
    /// All steps, by place.
    pub(crate) all: &'a [Step],
    /// Whether there is a reply in hand.
    pub(crate) reply: bool,
    /// Whether it sees an event and nothing else.
    pub(crate) event: bool,
    /// Whether there is an element in hand.
    pub(crate) item: bool,
    /// The steps that it may see; `None`: all.
    pub(crate) steps: Option<&'a BTreeSet<usize>>,
}

impl Scope<'_> {
    fn roots(&self) -> Vec<&'static str> {
        if self.event {
            return vec!["event"];
        }
        let reply = self.reply.then_some("reply");
        let item = self.item.then_some(["item", "item_index"]);
        ["start", "steps", "saga"]
            .into_iter()
            .chain(reply)
            .chain(item.into_iter().flatten())
            .collect()
    }
}

/// Compiles an expression and checks what it refers to.
pub(crate) fn expression(text: &At<String>, scope: Scope<'_>, report: &mut Report<'_>) -> Option<Expressed> {
    let Parsed { compiled, tree } = match compile(&text.value) {
        Ok(parsed) => parsed,
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
    right.then(|| Expressed {
        text: text.clone(),
        compiled: Arc::new(compiled),
        tree: Arc::new(tree),
    })
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
        ["event", ..] if scope.event => return None,
        _ if scope.event => unknown_root(text, names.first().copied().unwrap_or_default(), scope),
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
        ["saga", name] if of_saga().any(|known| known == *name) => return None,
        ["item", ..] | ["item_index"] if scope.item => return None,
        ["item" | "item_index", ..] => (
            Code::UnknownName,
            format!("there is no '{}' here", names.join(".")),
            Some("'item' and 'item_index' are there in a step with 'forEach'".into()),
        ),
        ["saga", name, ..] => {
            let hint = nearest_or_all(name, of_saga());
            (Code::UnknownName, format!("there is no '{}'", names.join(".")), hint)
        }
        ["saga"] => (
            Code::UnknownName,
            "'saga' needs the name of a field".into(),
            Some(of_saga().collect::<Vec<_>>().join(", ")),
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

fn of_saga() -> impl Iterator<Item = &'static str> {
    OF_SAGA.iter().map(|(name, _)| *name)
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
    let seen = seen_of(&scope.all[*place]);
    if seen.is_none() || rest.first().copied() != seen {
        let message = match seen {
            Some(what) => format!("nothing but its {what} can be seen of the step '{step}'"),
            None if scope.all[*place].for_each.is_some() => {
                format!("the step '{step}' is done for each element: it has no single reply")
            }
            None if scope.all[*place].sub_saga.is_some() => {
                format!("the step '{step}' is another saga: nothing can be seen of it")
            }
            None => format!("the step '{step}' waits for a time: nothing can be seen of it"),
        };
        let hint = seen.map(|what| match what {
            "decision" | "lock" => format!("steps.{step}.{what}"),
            what => format!("steps.{step}.{what}.<field>"),
        });
        return Some((Code::UnknownName, message, hint));
    }
    if let (Some(what @ ("decision" | "lock")), [_, _, ..]) = (seen, rest) {
        let message = format!("the {what} of '{step}' is text, and has no fields");
        return Some((Code::UnknownName, message, Some(format!("steps.{step}.{what}"))));
    }
    if scope.steps.is_some_and(|visible| !visible.contains(place)) {
        let message = format!("the {} of the step '{step}' is not there yet", seen.unwrap_or("reply"));
        let hint = Some(format!(
            "only steps that come before can be seen: name '{step}' in 'after'"
        ));
        return Some((Code::StepNotBefore, message, hint));
    }
    None
}

/// What can be seen of a step.
fn seen_of(step: &Step) -> Option<&'static str> {
    if step.for_each.is_some() {
        None
    } else if step.event().is_some() {
        Some("event")
    } else if step.wait.is_some() || step.sub_saga.is_some() {
        None
    } else if step.decision.is_some() {
        Some("decision")
    } else if step.lock.is_some() {
        Some("lock")
    } else {
        Some("reply")
    }
}
