//! A step that a person decides.

use std::time::Duration;

use crate::{
    Code,
    language::{EntriesOf, Key, Need, Section, Shape, Span, Text, Word, Words},
    limits::{NAME_CHARS_MAX, OPTIONS_MAX, QUESTION_CHARS_MAX},
    source::{At, Report},
    suggest::nearest_or_all,
    yaml::Mapping,
};

static QUESTION: Key<Text> = Key {
    name: "question",
    form: Text {
        max: QUESTION_CHARS_MAX,
    },
    need: Need::Required,
    meaning: "What people are asked.",
    example: "Is this customer good for the amount?",
};
static OPTIONS: Key<EntriesOf<Words<bool>>> = Key {
    name: "options",
    form: EntriesOf {
        names: &Shape::OPTION,
        of: Words {
            what: "what an option can mean",
            words: &[
                Word {
                    text: "succeed",
                    value: false,
                },
                Word {
                    text: "fail",
                    value: true,
                },
            ],
        },
        least: 1,
    },
    need: Need::Required,
    meaning: "The answers to choose from, and what each does to the step. The chosen one is `steps.<step>.decision`.",
    example: "{ approve: succeed, reject: fail }",
};
static DEADLINE: Key<Span> = Key {
    name: "deadline",
    form: Span,
    need: Need::Required,
    meaning: "How long people may take.",
    example: "24h",
};
static DEFAULT: Key<Text> = Key {
    name: "default",
    form: Text { max: NAME_CHARS_MAX },
    need: Need::Required,
    meaning: "The option that holds when nobody has decided by then.",
    example: "reject",
};

pub(super) static DECISION: Section = Section {
    name: "decision",
    what: "a decision",
    title: "A decision",
    about: "A step that a person decides, with `palinode saga decide SAGA STEP OPTION` or a record on the control topic.",
    keys: &[&QUESTION, &OPTIONS, &DEADLINE, &DEFAULT],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) question: Option<At<String>>,
    /// The names, and whether the step fails by them.
    pub(crate) options: Vec<(At<String>, At<bool>)>,
    pub(crate) deadline: Option<At<Duration>>,
    /// The position of the default among the options.
    pub(crate) default: Option<usize>,
}

impl Decision {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        let options = map.read(&OPTIONS, report).unwrap_or_default();
        if let Some((name, _)) = options.get(OPTIONS_MAX) {
            let message = format!("a decision has at most {OPTIONS_MAX} options");
            report.error(Code::LimitExceeded, name.span, message);
        }
        let default = map.read(&DEFAULT, report).and_then(|default| {
            let known = options.iter().position(|(name, _)| name.value == default.value);
            if known.is_none() && !options.is_empty() {
                let message = format!("there is no option '{}'", default.value);
                let names = options.iter().map(|(name, _)| name.value.as_str());
                report.push(
                    Code::BadValue,
                    default.span,
                    message,
                    nearest_or_all(&default.value, names),
                );
            }
            known
        });
        Self {
            question: map.read(&QUESTION, report),
            options,
            deadline: map.read(&DEADLINE, report),
            default,
        }
    }
}
