//! Everything that a plan can send.

use std::sync::Arc;

use palinode_core::{Expression, FieldName, FieldPlan, MessageIndex, MessagePlan};

use super::{Around, FieldPlace, MessagePlace, Places};
use crate::{
    check::{self, Scope},
    raw::{Field, Message},
    source::{At, Report},
};

/// Gathers messages.
#[derive(Debug, Default)]
pub(super) struct Messages {
    pub(super) plans: Vec<MessagePlan>,
    pub(super) places: Places,
}

impl Messages {
    /// Adds a message. `topic` is taken when it names none; `around` says what its fields see.
    pub(super) fn add(
        &mut self,
        message: &Message,
        topic: Option<&At<String>>,
        around: Around,
        scope: Scope<'_>,
        report: &mut Report<'_>,
    ) -> Option<MessageIndex> {
        let (fields, places) = fields(&message.fields, scope, report);
        let record = message.record.as_ref()?;
        let topic = message.topic.as_ref().or(topic)?;
        let index = MessageIndex(u16::try_from(self.plans.len()).ok()?);
        self.plans.push(MessagePlan {
            topic: topic.value.as_str().into(),
            record: record.value.as_str().into(),
            fields,
        });
        self.places.messages.push(MessagePlace {
            record: record.span,
            around,
            fields: places,
        });
        Some(index)
    }
}

/// Compiles the fields of a message or of the outcome.
pub(super) fn fields(fields: &[Field], scope: Scope<'_>, report: &mut Report<'_>) -> (Vec<FieldPlan>, Vec<FieldPlace>) {
    let mut compile = |field: &Field| {
        let expressed = check::expression(&field.expression, scope, report)?;
        let name = FieldName::from(field.name.value.as_str());
        let expression: Arc<dyn Expression> = Arc::<crate::expression::Compiled>::clone(&expressed.compiled);
        let place = FieldPlace {
            name: At::new(name.clone(), field.name.span),
            expression: expressed,
        };
        Some((FieldPlan { name, expression }, place))
    };
    fields.iter().filter_map(&mut compile).unzip()
}
