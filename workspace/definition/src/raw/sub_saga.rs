//! A step that is another saga.

use super::{Message, message};
use crate::{
    language::{Expr, Key, Name, Need, Part, Section, Shape},
    source::{At, Report},
    yaml::Mapping,
};

static DEFINITION: Key<Name> = Key {
    name: "definition",
    form: Name(&Shape::DEFINITION),
    need: Need::Required,
    meaning: "The definition that the sub-saga follows, in the version that is in force when it begins. It cannot be this one, nor one \
              that leads back to it.",
    example: "hotel-stay",
};
static KEY: Key<Expr> = Key {
    name: "key",
    form: Expr,
    need: Need::Required,
    meaning: "The key of the sub-saga: text or a whole number. It is evaluated once. A key that another saga of the definition has \
              is a refusal of the step.",
    example: "start.order_id + '/stay'",
};
static START: Key<Part<Message>> = Key {
    name: "start",
    form: Part {
        section: &message::START,
        read: Message::of_start,
    },
    need: Need::Required,
    meaning: "The start event of the sub-saga.",
    example: "{ message: shop.stays.StayWanted, fields: { stay_id: start.order_id } }",
};

pub(super) static SUB_SAGA: Section = Section {
    name: "subSaga",
    what: "a sub-saga",
    title: "A saga as a step",
    about: "A step that is another saga, reached by its key on whatever partition. The step succeeds when that saga is completed, \
            and is refused when it is compensated. When the step is taken back, so is the sub-saga: one that is under way turns \
            back, one that is completed is opened again and compensates its steps. One that may be past its pivot goes on to its \
            end; when that is completed, the step's saga is suspended with the reason. A sub-saga that was taken back is not begun \
            again.",
    keys: &[&DEFINITION, &KEY, &START],
    rules: &[],
};

/// Another saga that is done as a step.
#[derive(Debug)]
pub(crate) struct SubSaga {
    pub(crate) definition: Option<At<String>>,
    pub(crate) key: Option<At<String>>,
    pub(crate) start: Option<Message>,
}

impl SubSaga {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            definition: map.read(&DEFINITION, report),
            key: map.read(&KEY, report),
            start: map.read(&START, report),
        }
    }
}
