//! The plan from its parts.

use palinode_core::{Emission, Plan, RecordName, Replies, StepIndex, StepPlan, TopicName, Trigger};

use super::{
    Around, Places, ValuePlace, Wants,
    around::{index_of, indexes, told},
    messages::{self, Messages},
};
use crate::{
    Code,
    check::{self, Graph, Scope, Zones},
    raw,
    source::{At, Report},
};

/// Builds the plan. Expressions are compiled here even when something else is wrong, so that their mistakes are told in
/// the same run; the plan is whole only when nothing is wrong.
pub(crate) fn build(definition: raw::Definition, hash: String, report: &mut Report<'_>) -> Option<(Plan, Places)> {
    let graph = Graph::of(&definition.steps, &definition.choices, report);
    let zones = check::zones(&definition.steps, &graph, report);
    let cancellation = definition.cancelled_by.as_ref();
    let window = check::window(cancellation, &definition.steps, &graph, &zones, report);
    let milestones = check::milestones(&definition.emits, &definition.steps, &graph, report);
    let mut builder = Builder {
        steps: &definition.steps,
        graph: &graph,
        zones: &zones,
        sent: Messages::default(),
    };

    let started_by = builder.trigger(definition.started_by.as_ref());
    let cancelled_by = builder.trigger(cancellation.map(|cancellation| &cancellation.trigger));
    let steps: Vec<Option<StepPlan>> = graph.order.iter().map(|place| builder.step(*place, report)).collect();
    let anywhere = builder.scope(None);
    let mut emits = Vec::new();
    for (emission, on) in definition.emits.iter().zip(milestones) {
        let around = told(&graph, &on);
        let message = builder.sent.add(&emission.message, None, around, anywhere, report);
        emits.extend(message.map(|message| Emission { on, message }));
    }
    twice(&definition.outcome, &definition.attributes, report);
    let outcome = builder.attributes(&definition.outcome, report);
    let attributes = builder.attributes(&definition.attributes, report);
    if !report.is_empty() {
        return None;
    }
    let plan = Plan {
        name: definition.name?.value.into(),
        version: definition.version?.value,
        hash: hash.into(),
        owner: definition.owner?.value.into(),
        started_by: started_by?,
        cancelled_by,
        cancel_until: window.and_then(|place| index_of(&graph, place)),
        deadline: definition.deadline.map(|deadline| deadline.value),
        steps: steps.into_iter().collect::<Option<_>>()?,
        pivot: zones.pivot.and_then(|place| index_of(&graph, place)),
        compensation_order: definition
            .compensation_order
            .map(|order| order.value)
            .unwrap_or_default(),
        emits,
        outcome,
        attributes,
        messages: builder.sent.plans,
    };
    Some((plan, builder.sent.places))
}

/// Both stand in one map of the outcome record.
fn twice(outcome: &[raw::Field], attributes: &[raw::Field], report: &mut Report<'_>) {
    for attribute in attributes {
        if let Some(first) = outcome.iter().find(|field| field.name.value == attribute.name.value) {
            let (name, line) = (&attribute.name.value, first.name.span.line);
            let message = format!("the outcome record has a field '{name}' already, by line {line}");
            report.error(Code::NamedTwice, attribute.name.span, message);
        }
    }
}

pub(super) struct Builder<'a> {
    pub(super) steps: &'a [raw::Step],
    pub(super) graph: &'a Graph,
    pub(super) zones: &'a Zones,
    pub(super) sent: Messages,
}

impl<'a> Builder<'a> {
    pub(super) fn trigger(&mut self, trigger: Option<&raw::Trigger>) -> Option<Trigger> {
        let trigger = trigger?;
        let record = self.awaited(trigger.record.as_ref()?);
        Some(Trigger {
            record,
            topic: trigger.topic.as_ref()?.value.as_str().into(),
        })
    }

    fn awaited(&mut self, record: &At<String>) -> RecordName {
        let name = RecordName::from(record.value.as_str());
        self.sent.places.awaited.push(At::new(name.clone(), record.span));
        name
    }

    pub(super) fn replies(&mut self, replies: &raw::Replies, topic: Option<&At<String>>) -> Option<Replies> {
        Some(Replies {
            topic: TopicName::from(replies.topic.as_ref().or(topic)?.value.as_str()),
            succeeded: self.awaited(replies.succeeded.as_ref()?),
            failed: replies.failed.as_ref().map(|record| self.awaited(record)),
        })
    }

    pub(super) fn indexes(&self, places: impl IntoIterator<Item = usize>) -> Vec<StepIndex> {
        indexes(self.graph, places)
    }

    /// What may be seen with nothing in hand; `steps` are those that may be seen, all when there are none.
    pub(super) fn scope(&self, steps: Option<&'a std::collections::BTreeSet<usize>>) -> Scope<'a> {
        Scope {
            graph: self.graph,
            all: self.steps,
            reply: false,
            event: false,
            item: false,
            steps,
        }
    }

    /// Fields that the outcome record carries.
    fn attributes(&mut self, fields: &[raw::Field], report: &mut Report<'_>) -> Vec<palinode_core::FieldPlan> {
        let (plans, places) = messages::fields(fields, self.scope(None), report);
        self.sent
            .places
            .values
            .extend(places.into_iter().map(|place| ValuePlace {
                expression: place.expression,
                around: Around::default(),
                wants: Wants::Attribute(place.name.value),
            }));
        plans
    }
}
