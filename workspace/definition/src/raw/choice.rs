//! A choice between steps.

use palinode_core::limits::STEPS_MAX;

use super::{Step, step};
use crate::{
    language::{Key, ListOf, Name, Need, Part, Section, Shape, Text},
    limits::NAME_CHARS_MAX,
    source::{At, Report, Span},
    yaml::Mapping,
};

static NAME: Key<Name> = Key {
    name: "choice",
    form: Name(&Shape::STEP),
    need: Need::Required,
    meaning: "The name of the choice. In an `after` it stands for all of its alternatives.",
    example: "delivery",
};
static AFTER: Key<ListOf<Text>> = Key {
    name: "after",
    form: ListOf {
        item: Text { max: NAME_CHARS_MAX },
        least: 0,
        most: STEPS_MAX,
    },
    need: Need::Optional,
    meaning: "The steps that come before every alternative.",
    example: "[packing]",
};
static ALTERNATIVES: Key<ListOf<Part<Step>>> = Key {
    name: "alternatives",
    form: ListOf {
        item: Part {
            section: &step::STEP,
            read: Step::of,
        },
        least: 2,
        most: STEPS_MAX,
    },
    need: Need::Required,
    meaning: "The steps to choose from, each with a `when`; the last may have none and is then done when no other is.",
    example: "[{ id: at_once, when: start.urgent, wait: { for: 1m } }, { id: later, wait: { for: 2h } }]",
};

pub(super) static CHOICE: Section = Section {
    name: "choice",
    what: "a choice",
    title: "A choice",
    about: "Of several steps the first whose `when` is true is done; the others are passed over. When none fits, all are.",
    keys: &[&NAME, &AFTER, &ALTERNATIVES],
    rules: &[],
};

/// What stands in the list of steps.
pub(crate) enum Entry {
    Step(Box<Step>),
    Choice(Choice, Vec<Step>),
}

impl Entry {
    pub(super) fn step(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self::Step(Box::new(Step::of(map, report)))
    }

    pub(super) fn choice(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        let choice = Choice {
            span: map.span,
            name: map.read(&NAME, report),
            after: map.read(&AFTER, report).unwrap_or_default(),
            alternatives: Vec::new(),
        };
        Self::Choice(choice, map.read(&ALTERNATIVES, report).unwrap_or_default())
    }
}

/// A choice.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) span: Span,
    pub(crate) name: Option<At<String>>,
    pub(crate) after: Vec<At<String>>,
    /// The places of the alternatives among all steps.
    pub(crate) alternatives: Vec<usize>,
}

/// All steps in the order of the file, and the choices that refer to them.
pub(super) fn unfolded(entries: Vec<Entry>) -> (Vec<Step>, Vec<Choice>) {
    let mut steps = Vec::new();
    let mut choices = Vec::new();
    for entry in entries {
        match entry {
            Entry::Step(step) => steps.push(*step),
            Entry::Choice(mut choice, alternatives) => {
                for mut alternative in alternatives {
                    choice.alternatives.push(steps.len());
                    alternative.after.extend(choice.after.iter().cloned());
                    alternative.choice = Some(choices.len());
                    steps.push(alternative);
                }
                choices.push(choice);
            }
        }
    }
    (steps, choices)
}
