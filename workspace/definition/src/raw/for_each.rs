//! A step that is done for each element of an array.

use palinode_core::limits::ITEMS_MAX;

use crate::{
    defaults,
    language::{Count, Expr, Key, Need, Section, Usual},
    source::{At, Report, Span},
    yaml::Mapping,
};

/// The limit as the forms have numbers.
#[expect(clippy::cast_possible_truncation, reason = "the limit is small")]
const ITEMS: u32 = ITEMS_MAX as u32;

static LIST: Key<Expr> = Key {
    name: "items",
    form: Expr,
    need: Need::Required,
    meaning: "The array: a plain path into the start event or into the reply of a step before.",
    example: "start.items",
};
static PARALLEL: Key<Count> = Key {
    name: "parallel",
    form: Count { max: ITEMS },
    need: Need::Usual(Usual::Count(defaults::PARALLEL)),
    meaning: "How many elements may be under way at the same time.",
    example: "4",
};
static MAX: Key<Count> = Key {
    name: "max",
    form: Count { max: ITEMS },
    need: Need::Usual(Usual::Count(ITEMS)),
    meaning: "How many elements there may be; a longer array suspends the saga.",
    example: "20",
};

pub(super) static FOR_EACH: Section = Section {
    name: "forEach",
    what: "what a step is done for",
    title: "A step for each element",
    about: "The step is done once for each element of an array. An element is `item` in the step's expressions, its number from \
            0 is `item_index`, and its name is the step's with its number, for example `pick[3]`. The step succeeds when all \
            have, fails when one fails, and is taken back element by element. Participants must send Palinode's headers back: \
            without them a reply does not say which element it answers.",
    keys: &[&LIST, &PARALLEL, &MAX],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct ForEach {
    pub(crate) span: Span,
    pub(crate) list: Option<At<String>>,
    pub(crate) parallel: Option<At<u32>>,
    pub(crate) max: Option<At<u32>>,
}

impl ForEach {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            span: map.span,
            list: map.read(&LIST, report),
            parallel: map.read(&PARALLEL, report),
            max: map.read(&MAX, report),
        }
    }
}
