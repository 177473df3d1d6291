//! The whole of a compiled definition.

use std::{sync::Arc, time::Duration};

use crate::{
    CompensationOrder, DefinitionName, Emission, FieldPlan, MessageIndex, MessagePlan, RecordName, StepIndex, StepName,
    StepPlan, TopicName,
};

/// A compiled definition. Immutable; shared by all sagas of one version.
#[derive(Debug)]
pub struct Plan {
    /// The name of the definition.
    pub name: DefinitionName,
    /// The version of the definition.
    pub version: u32,
    /// SHA-256 of the definition's text, in hexadecimal.
    pub hash: Arc<str>,
    /// Who answers for the process.
    pub owner: Arc<str>,
    /// The event that starts a saga; its record key is the saga's key.
    pub started_by: Trigger,
    /// The event that asks to cancel a saga.
    pub cancelled_by: Option<Trigger>,
    /// The step whose request ends the time in which a saga can be cancelled; none: only the pivot does.
    pub cancel_until: Option<StepIndex>,
    /// How long a saga may take: before the pivot it is then compensated, after it suspended.
    pub deadline: Option<Duration>,
    /// The steps, in topological order of `after` and of alternatives.
    pub steps: Vec<StepPlan>,
    /// The step after which only forward recovery is allowed.
    pub pivot: Option<StepIndex>,
    /// In which order steps are taken back.
    pub compensation_order: CompensationOrder,
    /// Events for everybody.
    pub emits: Vec<Emission>,
    /// What the outcome record carries for analysts, beside the stages.
    pub outcome: Vec<FieldPlan>,
    /// What people look for sagas by: evaluated when somebody asks, and carried by the outcome record.
    pub attributes: Vec<FieldPlan>,
    /// Every message that the plan can send; commands and emissions refer to them by index.
    pub messages: Vec<MessagePlan>,
}

impl Plan {
    /// The step at `index`; of an item, the step that it is an item of.
    pub fn step(&self, index: StepIndex) -> &StepPlan {
        &self.steps[index.template().at()]
    }

    /// Whether the plan has a step, or can have an item of a step, at `index`.
    pub fn has_step(&self, index: StepIndex) -> bool {
        let step = self.steps.get(index.template().at());
        step.is_some_and(|step| index.item().is_none() || step.items.is_some())
    }

    /// The name of the step at `index`; of an item with its number, for example `pick[3]`.
    pub fn step_name(&self, index: StepIndex) -> StepName {
        let name = &self.step(index).name;
        match index.item() {
            None => name.clone(),
            Some(item) => format!("{name}[{item}]").into(),
        }
    }

    /// The message at `index`.
    pub fn message(&self, index: MessageIndex) -> &MessagePlan {
        &self.messages[index.at()]
    }

    /// The indexes of all steps, in topological order; of their items, none.
    pub fn step_indexes(&self) -> impl DoubleEndedIterator<Item = StepIndex> + use<> {
        (0..u16::try_from(self.steps.len()).unwrap_or(u16::MAX)).map(StepIndex)
    }

    /// The index of the step, or of the item of a step, called `name`.
    pub fn step_named(&self, name: &str) -> Option<StepIndex> {
        let known = |name: &str| {
            self.step_indexes()
                .find(|index| self.step(*index).name.as_str() == name)
        };
        if let Some(index) = known(name) {
            return Some(index);
        }
        let (template, item) = name.strip_suffix(']')?.rsplit_once('[')?;
        let index = known(template)?.of_item(item.parse().ok()?)?;
        // The text is the only one of its item: `pick[03]` is none.
        (self.has_step(index) && self.step_name(index).as_str() == name).then_some(index)
    }

    /// The record types of others that mean something to the plan, with the topics that they stand on: its start, wishes
    /// to cancel and to resume, replies of participants, and events that are waited for.
    pub fn awaited(&self) -> impl Iterator<Item = (&RecordName, &TopicName)> {
        let own = std::iter::once(&self.started_by).chain(&self.cancelled_by);
        let steps = self.steps.iter().flat_map(|step| {
            let back = step.compensation.as_ref().map(|back| &back.replies);
            let replies = step.replies().into_iter().chain(back);
            let of_participants = replies.filter(|_| step.sub_saga().is_none());
            let replies = of_participants.flat_map(|replies| {
                let records = std::iter::once(&replies.succeeded).chain(&replies.failed);
                records.map(|record| (record, &replies.topic))
            });
            let triggers = step
                .resumed_by
                .as_ref()
                .into_iter()
                .chain(step.event())
                .map(Trigger::pair);
            replies.chain(triggers)
        });
        own.map(Trigger::pair).chain(steps)
    }
}

/// A record type on a topic that means something to the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The record type.
    pub record: RecordName,
    /// The topic it stands on.
    pub topic: TopicName,
}

impl Trigger {
    fn pair(&self) -> (&RecordName, &TopicName) {
        (&self.record, &self.topic)
    }
}

#[cfg(test)]
mod tests {
    use crate::{StepIndex, testing::*};

    #[test]
    fn an_item_has_the_name_of_its_step_and_its_number() {
        let plan = plan([step("payment"), step("pick").for_each("start.lines", 2)]);
        let item = StepIndex(1).of_item(3).unwrap();
        assert_eq!(plan.step_name(item).as_str(), "pick[3]");
        assert_eq!(plan.step_named("pick[3]"), Some(item));
        assert_eq!(plan.step_named("pick"), Some(StepIndex(1)));
        assert_eq!(plan.step(item).name.as_str(), "pick");
        for other in [
            "pick[03]",
            "pick[-1]",
            "pick[]",
            "pick[9999]",
            "payment[0]",
            "pick]",
            "x[0]",
        ] {
            assert_eq!(plan.step_named(other), None, "{other}");
        }
        assert!(
            plan.has_step(item) && !plan.has_step(StepIndex(0).of_item(0).unwrap()) && !plan.has_step(StepIndex(2))
        );
    }
}
