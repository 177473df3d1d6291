//! The whole definition.

use std::time::Duration;

use palinode_core::{CompensationOrder, limits::STEPS_MAX};

use super::{Cancellation, Choice, Emission, Entry, Field, Step, Trigger, choice, emission, trigger};
use crate::{
    Code,
    language::{Count, Either, Fields, Key, ListOf, Name, Need, Part, Section, Shape, Span, Text, Usual, Word, Words},
    limits::{EMISSIONS_MAX, OWNER_CHARS_MAX},
    source::{At, Report},
    yaml::{Kind, Mapping, Node},
};

/// The one language that is known here.
const LANGUAGE: &str = "palinode/v1";

static API_VERSION: Key<Words<()>> = Key {
    name: "apiVersion",
    form: Words {
        what: "known here",
        words: &[Word {
            text: LANGUAGE,
            value: (),
        }],
    },
    need: Need::Required,
    meaning: "The language that the definition is written in.",
    example: "palinode/v1",
};
static SAGA: Key<Name> = Key {
    name: "saga",
    form: Name(&Shape::DEFINITION),
    need: Need::Required,
    meaning: "The name of the definition.",
    example: "order-fulfilment",
};
static VERSION: Key<Count> = Key {
    name: "version",
    form: Count {
        max: i32::MAX.unsigned_abs(),
    },
    need: Need::Required,
    meaning: "The version. A published version never changes: a change is a new version, and running sagas stay on theirs.",
    example: "1",
};
static OWNER: Key<Text> = Key {
    name: "owner",
    form: Text { max: OWNER_CHARS_MAX },
    need: Need::Required,
    meaning: "The team that answers for the process.",
    example: "order-team",
};
static STARTED_BY: Key<Part<Trigger>> = Key {
    name: "startedBy",
    form: Part {
        section: &trigger::EVENT,
        read: Trigger::of,
    },
    need: Need::Required,
    meaning: "The event that starts a saga. The key of that Kafka record is the key of the saga and of all of its messages.",
    example: "{ event: shop.orders.OrderPlaced, topic: orders.events }",
};
static CANCELLED_BY: Key<Part<Cancellation>> = Key {
    name: "cancelledBy",
    form: Part {
        section: &trigger::CANCELLATION,
        read: Cancellation::of,
    },
    need: Need::Optional,
    meaning: "The event that asks to cancel. A wish: it is refused once the pivot may have been done, or its window has closed.",
    example: "{ event: shop.orders.OrderCancellationRequested, topic: orders.requests }",
};
static DEADLINE: Key<Span> = Key {
    name: "deadline",
    form: Span,
    need: Need::Optional,
    meaning: "How long a saga may take. Before the pivot it is then compensated, after it suspended.",
    example: "72h",
};
static COMPENSATION: Key<Part<Option<At<CompensationOrder>>>> = Key {
    name: "compensation",
    form: Part {
        section: &POLICY,
        read: |map, report| map.read(&ORDER, report),
    },
    need: Need::Optional,
    meaning: "How the saga goes back.",
    example: "{ order: sequential }",
};
static ORDER: Key<Words<CompensationOrder>> = Key {
    name: "order",
    form: Words {
        what: "an order in which steps are taken back",
        words: &[
            Word {
                text: "reverse",
                value: CompensationOrder::Reverse,
            },
            Word {
                text: "sequential",
                value: CompensationOrder::Sequential,
            },
            Word {
                text: "parallel",
                value: CompensationOrder::Parallel,
            },
        ],
    },
    need: Need::Usual(Usual::Word("reverse")),
    meaning: "In which order steps are taken back: `reverse`, each when all that came after it are settled; `sequential`, one at \
              a time, the last first; `parallel`, all at once.",
    example: "sequential",
};
static POLICY: Section = Section {
    name: "compensationPolicy",
    what: "how the saga goes back",
    title: "How the saga goes back",
    about: "What holds for all compensations of a saga.",
    keys: &[&ORDER],
    rules: &[],
};
static EMITS: Key<ListOf<Part<Emission>>> = Key {
    name: "emits",
    form: ListOf {
        item: Part {
            section: &emission::EMISSION,
            read: Emission::of,
        },
        least: 0,
        most: EMISSIONS_MAX,
    },
    need: Need::Optional,
    meaning: "Events for everybody. Each is sent in the same transaction as what it tells of; nobody answers it.",
    example: "[{ on: [completed], topic: orders.status, message: shop.orders.OrderClosed, fields: {} }]",
};
static OUTCOME: Key<Part<Vec<Field>>> = Key {
    name: "outcome",
    form: Part {
        section: &OUTCOME_PART,
        read: |map, report| map.read(&OUTCOME_FIELDS, report).unwrap_or_default(),
    },
    need: Need::Optional,
    meaning: "What the outcome record carries for analysts, beside the times and attempts of each step.",
    example: "{ fields: { customer_id: start.customer_id } }",
};
static OUTCOME_FIELDS: Key<Fields> = Key {
    name: "fields",
    form: Fields,
    need: Need::Required,
    meaning: "The fields: texts, numbers, true or false, or null.",
    example: "{ customer_id: start.customer_id }",
};
static OUTCOME_PART: Section = Section {
    name: "outcome",
    what: "an outcome",
    title: "The outcome",
    about: "Every saga that ends leaves one row for analysts, on the topic `palinode.outcomes`.",
    keys: &[&OUTCOME_FIELDS],
    rules: &[],
};
static ATTRIBUTES: Key<Fields> = Key {
    name: "attributes",
    form: Fields,
    need: Need::Optional,
    meaning: "What people look for sagas by: shown by `palinode saga show`, and carried by the outcome record. Texts, numbers, \
              true or false, or null.",
    example: "{ customer: start.customer_id }",
};
static STEPS: Key<ListOf<Either<Entry>>> = Key {
    name: "steps",
    form: ListOf {
        item: Either {
            usual: Part {
                section: &super::step::STEP,
                read: Entry::step,
            },
            told_by: "choice",
            other: Part {
                section: &choice::CHOICE,
                read: Entry::choice,
            },
        },
        least: 1,
        most: STEPS_MAX,
    },
    need: Need::Required,
    meaning: "What is done. Steps that do not wait for each other (`after`) are done at the same time.",
    example: "[{ id: pause, wait: { for: 1h } }]",
};

pub(crate) static DEFINITION: Section = Section {
    name: "definition",
    what: "a definition",
    title: "A definition",
    about: "One file is one definition: which event starts a saga, which steps it takes, and how each is taken back.",
    keys: &[
        &API_VERSION,
        &SAGA,
        &VERSION,
        &OWNER,
        &STARTED_BY,
        &CANCELLED_BY,
        &DEADLINE,
        &COMPENSATION,
        &EMITS,
        &OUTCOME,
        &ATTRIBUTES,
        &STEPS,
    ],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Option<At<String>>,
    pub(crate) version: Option<At<u32>>,
    pub(crate) owner: Option<At<String>>,
    pub(crate) started_by: Option<Trigger>,
    pub(crate) cancelled_by: Option<Cancellation>,
    pub(crate) deadline: Option<At<Duration>>,
    pub(crate) compensation_order: Option<At<CompensationOrder>>,
    pub(crate) emits: Vec<Emission>,
    pub(crate) outcome: Vec<Field>,
    pub(crate) attributes: Vec<Field>,
    /// All steps, those of choices among them, in the order of the file.
    pub(crate) steps: Vec<Step>,
    pub(crate) choices: Vec<Choice>,
}

impl Definition {
    pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        if !language_is_known(node, report) {
            return None;
        }
        let map = Mapping::of(node, &DEFINITION, report)?;
        let entries = map.read(&STEPS, report).unwrap_or_default();
        let (steps, choices) = choice::unfolded(entries);
        Some(Self {
            name: map.read(&SAGA, report),
            version: map.read(&VERSION, report),
            owner: map.read(&OWNER, report),
            started_by: map.read(&STARTED_BY, report),
            cancelled_by: map.read(&CANCELLED_BY, report),
            deadline: map.read(&DEADLINE, report),
            compensation_order: map.read(&COMPENSATION, report).flatten(),
            emits: map.read(&EMITS, report).unwrap_or_default(),
            outcome: map.read(&OUTCOME, report).unwrap_or_default(),
            attributes: map.read(&ATTRIBUTES, report).unwrap_or_default(),
            steps,
            choices,
        })
    }
}

/// Another language has other keys: nothing more is said about a definition in it.
fn language_is_known(node: &Node, report: &mut Report<'_>) -> bool {
    let Kind::Mapping(entries) = &node.kind else {
        return true;
    };
    let Some((_, version)) = entries.iter().find(|(key, _)| key.value == API_VERSION.name) else {
        report.error(
            Code::MissingKey,
            node.span,
            format!("a definition needs the key 'apiVersion', {LANGUAGE}"),
        );
        return true;
    };
    let Some(version) = version.text(report) else {
        return true;
    };
    let known = version.value == LANGUAGE;
    if !known {
        let message = format!("the apiVersion '{}' is not known here", version.value);
        report.error_with(
            Code::UnknownApiVersion,
            version.span,
            message,
            format!("this version reads {LANGUAGE}"),
        );
    }
    known
}
