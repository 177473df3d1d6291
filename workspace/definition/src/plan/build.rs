//! The plan from its parts.

use std::collections::BTreeSet;

use palinode_core::{
    Action, CompensationExhausted, CompensationOrder, CompensationPlan, Emission, OnExhausted, Plan, RecordName,
    Replies, StepIndex, StepPlan, TopicName, Trigger, Zone,
};

use super::{
    Places,
    messages::{self, Messages},
    policy::{Usual, policy},
};
use crate::{
    Code,
    check::{self, Graph, Scope, Zones},
    defaults, raw,
    source::{At, Report},
};

/// Builds the plan. Expressions are compiled here even when something else is wrong, so that their mistakes are told in
/// the same run; the plan is whole only when nothing is wrong.
pub(crate) fn build(definition: raw::Definition, hash: String, report: &mut Report<'_>) -> Option<(Plan, Places)> {
    let graph = Graph::of(&definition.steps, report);
    let zones = check::zones(&definition.steps, &graph, report);
    let milestones = check::milestones(&definition.emits, &graph, report);
    let mut builder = Builder {
        steps: &definition.steps,
        graph: &graph,
        zones: &zones,
        sent: Messages::default(),
    };

    let started_by = builder.trigger(definition.started_by.as_ref());
    let cancelled_by = builder.trigger(definition.cancelled_by.as_ref());
    let steps: Vec<Option<StepPlan>> = graph.order.iter().map(|place| builder.step(*place, report)).collect();
    let anywhere = Scope {
        graph: &graph,
        reply: false,
        steps: None,
    };
    let mut emits = Vec::new();
    for (emission, on) in definition.emits.iter().zip(milestones) {
        let message = builder.sent.add(&emission.message, None, None, anywhere, report);
        emits.extend(message.map(|message| Emission { on, message }));
    }
    let (outcome, outcome_places) = messages::fields(&definition.outcome, anywhere, report);
    if !report.is_empty() {
        return None;
    }
    let mut places = builder.sent.places;
    places.outcome = outcome_places;
    let plan = Plan {
        name: definition.name?.value.into(),
        version: definition.version?.value,
        hash: hash.into(),
        owner: definition.owner?.value.into(),
        started_by: started_by?,
        cancelled_by,
        cancel_until: None,
        deadline: definition.deadline.map(|deadline| deadline.value),
        steps: steps.into_iter().collect::<Option<_>>()?,
        pivot: zones.pivot.and_then(|place| index_of(&graph, place)),
        compensation_order: CompensationOrder::Reverse,
        emits,
        outcome,
        attributes: Vec::new(),
        messages: builder.sent.plans,
    };
    Some((plan, places))
}

/// The index in the plan of the step at `place` in the file.
fn index_of(graph: &Graph, place: usize) -> Option<StepIndex> {
    let position = graph.order.iter().position(|at| *at == place)?;
    u16::try_from(position).ok().map(StepIndex)
}

struct Builder<'a> {
    steps: &'a [raw::Step],
    graph: &'a Graph,
    zones: &'a Zones,
    sent: Messages,
}

impl Builder<'_> {
    fn trigger(&mut self, trigger: Option<&raw::Trigger>) -> Option<Trigger> {
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

    fn replies(&mut self, replies: &raw::Replies, topic: Option<&At<String>>) -> Option<Replies> {
        Some(Replies {
            topic: TopicName::from(replies.topic.as_ref().or(topic)?.value.as_str()),
            succeeded: self.awaited(replies.succeeded.as_ref()?),
            failed: replies.failed.as_ref().map(|record| self.awaited(record)),
        })
    }

    fn indexes(&self, places: impl IntoIterator<Item = usize>) -> Vec<StepIndex> {
        let mut indexes: Vec<StepIndex> = places
            .into_iter()
            .filter_map(|place| index_of(self.graph, place))
            .collect();
        indexes.sort_unstable();
        indexes
    }

    fn step(&mut self, place: usize, report: &mut Report<'_>) -> Option<StepPlan> {
        let (steps, graph, zones) = (self.steps, self.graph, self.zones);
        let step = &steps[place];
        let before = &graph.ancestors[place];
        let scope = Scope {
            graph,
            reply: false,
            steps: Some(before),
        };
        let certain = self.indexes(before.iter().copied());
        let command = step.command.as_ref();
        let command_index = command.and_then(|command| self.sent.add(command, None, Some(certain), scope, report));
        let retry = policy(
            step.retry.as_ref(),
            &Usual::STEP,
            step.replies.as_ref(),
            scope,
            &mut self.sent.places,
            report,
        );
        let compensation = step
            .compensation
            .as_ref()
            .map(|compensation| self.compensation(place, compensation, report));
        let dependents = (0..steps.len()).filter(|other| graph.after[*other].contains(&place));
        Some(StepPlan {
            name: step.id.as_ref()?.value.as_str().into(),
            after: self.indexes(graph.after[place].iter().copied()),
            dependents: self.indexes(dependents),
            zone: zones.of[place],
            when: None,
            unless: Vec::new(),
            items: None,
            action: Action::Command {
                message: command_index?,
                replies: self.replies(step.replies.as_ref()?, None)?,
            },
            timeout: step.timeout.as_ref().map_or(defaults::TIMEOUT, |timeout| timeout.value),
            deadline: None,
            retry,
            on_exhausted: on_exhausted(step, zones.of[place]),
            resumed_by: self.trigger(step.resumed_by.as_ref()),
            compensation: match compensation {
                Some(compensation) => Some(compensation?),
                None => None,
            },
        })
    }

    fn compensation(
        &mut self,
        place: usize,
        compensation: &raw::Compensation,
        report: &mut Report<'_>,
    ) -> Option<CompensationPlan> {
        let (steps, graph) = (self.steps, self.graph);
        let step = &steps[place];
        // The step itself may have no reply: a compensation also undoes what may have been done.
        let before = &graph.ancestors[place];
        let visible: BTreeSet<usize> = before.iter().copied().chain([place]).collect();
        let scope = Scope {
            graph,
            reply: false,
            steps: Some(&visible),
        };
        let certain = self.indexes(before.iter().copied());
        let topic = step.command.as_ref().and_then(|command| command.topic.as_ref());
        same_topic(compensation, topic, report);
        let command = compensation.command.as_ref();
        let command = command.and_then(|command| self.sent.add(command, topic, Some(certain), scope, report));
        let (retry, replies) = (compensation.retry.as_ref(), compensation.replies.as_ref());
        let retry = policy(
            retry,
            &Usual::COMPENSATION,
            replies,
            scope,
            &mut self.sent.places,
            report,
        );
        let topic = step.replies.as_ref().and_then(|replies| replies.topic.as_ref());
        Some(CompensationPlan {
            command: command?,
            replies: self.replies(replies?, topic)?,
            timeout: compensation
                .timeout
                .as_ref()
                .map_or(defaults::TIMEOUT, |timeout| timeout.value),
            retry,
            on_exhausted: CompensationExhausted::Suspend,
        })
    }
}

/// A compensation goes where its command went, so that it arrives after it.
fn same_topic(compensation: &raw::Compensation, topic: Option<&At<String>>, report: &mut Report<'_>) {
    let own = compensation.command.as_ref().and_then(|command| command.topic.as_ref());
    let (Some(own), Some(topic)) = (own, topic) else { return };
    if own.value != topic.value {
        let message = format!(
            "the compensation must go to the topic of its step's command, {}",
            topic.value
        );
        report.error_with(Code::CompensationTopic, own.span, message, "leave this key out");
    }
}

fn on_exhausted(step: &raw::Step, zone: Zone) -> OnExhausted {
    match (&step.on_exhausted, zone) {
        (Some(given), _) => given.value,
        (None, Zone::Compensatable) => OnExhausted::Compensate,
        (None, Zone::Pivot | Zone::ForwardOnly) => OnExhausted::Suspend,
    }
}
