//! A step of the plan.

use std::{collections::BTreeSet, sync::Arc};

use palinode_core::{
    Action, CompensationPlan, DecisionOption, DecisionPlan, Expression, ItemsPlan, LockPlan, OnExhausted, OnTimeout,
    StepPlan, WaitPlan, Zone, limits::ITEMS_MAX,
};

use super::{
    Around, Expressed, ValuePlace, Wants,
    around::begun,
    build::Builder,
    policy::{Usual, policy},
    sub_saga,
};
use crate::{
    Code,
    check::{self, Scope},
    defaults, raw,
    source::{At, Report},
};

impl<'a> Builder<'a> {
    pub(super) fn step(&mut self, place: usize, report: &mut Report<'_>) -> Option<StepPlan> {
        let (steps, graph, zones) = (self.steps, self.graph, self.zones);
        let step = &steps[place];
        let before = self.scope(Some(&graph.ancestors[place]));
        let begun = begun(graph, place);
        let when = step
            .when
            .as_ref()
            .and_then(|text| self.value(text, before, &begun, Wants::Truth, report));
        let items = step
            .for_each
            .as_ref()
            .map(|items| self.items(items, before, &begun, report));
        let (items, around) = match items {
            Some(Some((items, list))) => (
                Some(items),
                Around {
                    items: Some(list),
                    ..begun
                },
            ),
            Some(None) | None => (None, begun),
        };
        let scope = Scope {
            item: step.for_each.is_some(),
            ..before
        };
        let action = self.action(place, scope, &around, report);
        let retry = match action {
            Some(Action::SubSaga(_)) => sub_saga::once(),
            _ => policy(
                step.retry.as_ref(),
                &Usual::STEP,
                step.replies.as_ref(),
                (scope, &around),
                &mut self.sent.places,
                report,
            ),
        };
        let compensation = step
            .compensation
            .as_ref()
            .map(|compensation| self.compensation(place, compensation, &around, report));
        let action = action?;
        let timeout = match action {
            Action::SubSaga(_) => defaults::SUB_SAGA_TIMEOUT,
            _ => defaults::TIMEOUT,
        };
        let timeout = step.timeout.as_ref().map_or(timeout, |timeout| timeout.value);
        let dependents = (0..steps.len()).filter(|other| graph.after[*other].contains(&place));
        Some(StepPlan {
            name: step.id.as_ref()?.value.as_str().into(),
            after: self.indexes(graph.after[place].iter().copied()),
            dependents: self.indexes(dependents),
            zone: zones.of[place],
            when: when.map(|when| when as Arc<dyn Expression>),
            unless: self.indexes(graph.unless[place].iter().copied()),
            items,
            timeout,
            deadline: step.deadline.as_ref().map(|deadline| deadline.value),
            retry,
            on_exhausted: on_exhausted(step, zones.of[place]),
            resumed_by: self.trigger(step.resumed_by.as_ref()),
            compensation: match (compensation, &action) {
                (Some(compensation), _) => Some(compensation?),
                (None, Action::SubSaga(sub_saga)) => sub_saga::compensation(sub_saga, zones.of[place], timeout),
                (None, _) => None,
            },
            action,
        })
    }

    /// Compiles an expression whose value goes into no message.
    pub(super) fn value(
        &mut self,
        text: &At<String>,
        scope: Scope<'_>,
        around: &Around,
        wants: Wants,
        report: &mut Report<'_>,
    ) -> Option<Arc<crate::expression::Compiled>> {
        let expression = check::expression(text, scope, report)?;
        let compiled = Arc::clone(&expression.compiled);
        self.sent.places.values.push(ValuePlace {
            expression,
            around: around.clone(),
            wants,
        });
        Some(compiled)
    }

    fn items(
        &mut self,
        items: &raw::ForEach,
        scope: Scope<'_>,
        around: &Around,
        report: &mut Report<'_>,
    ) -> Option<(ItemsPlan, Expressed)> {
        let text = items.list.as_ref()?;
        let list = check::expression(text, scope, report)?;
        if !list.compiled.is_path() {
            let message = "the items are a plain path to an array";
            let hint = "for example start.items, or steps.<step>.reply.items";
            report.error_with(Code::BadValue, text.span, message, hint);
            return None;
        }
        self.sent.places.values.push(ValuePlace {
            expression: list.clone(),
            around: around.clone(),
            wants: Wants::List,
        });
        let number = |given: Option<&At<u32>>| given.and_then(|given| u16::try_from(given.value).ok());
        let plan = ItemsPlan {
            list: Arc::<crate::expression::Compiled>::clone(&list.compiled),
            parallel: number(items.parallel.as_ref()).or(u16::try_from(defaults::PARALLEL).ok())?,
            max: number(items.max.as_ref()).or(u16::try_from(ITEMS_MAX).ok())?,
        };
        Some((plan, list))
    }

    fn action(&mut self, place: usize, scope: Scope<'_>, around: &Around, report: &mut Report<'_>) -> Option<Action> {
        let steps = self.steps;
        let step = &steps[place];
        let command = step.command.as_ref();
        let message = command.and_then(|command| self.sent.add(command, None, around.clone(), scope, report));
        if let Some(wait) = &step.wait {
            return self.wait(wait, scope, around, report).map(Action::Wait);
        }
        if let Some(lock) = &step.lock {
            return self.lock(place, lock, scope, around, report).map(Action::Lock);
        }
        if let Some(decision) = &step.decision {
            return decided(decision).map(Action::Decision);
        }
        if let Some(sub_saga) = &step.sub_saga {
            return self.sub_saga(sub_saga, scope, around, report).map(Action::SubSaga);
        }
        Some(Action::Command {
            replies: self.replies(step.replies.as_ref()?, None)?,
            message: message?,
        })
    }

    fn wait(
        &mut self,
        wait: &raw::Wait,
        scope: Scope<'_>,
        around: &Around,
        report: &mut Report<'_>,
    ) -> Option<WaitPlan> {
        if let Some(span) = &wait.span {
            return Some(WaitPlan::For(span.value));
        }
        if let Some(until) = &wait.until {
            let until = self.value(until, scope, around, Wants::Time, report)?;
            return Some(WaitPlan::Until(until));
        }
        let key = wait.key.as_ref().map(|text| {
            let around = Around {
                event: Some(wait.event.as_ref()?.record.as_ref()?.value.as_str().into()),
                ..Around::default()
            };
            let alone = Scope { event: true, ..scope };
            let key = self.value(text, alone, &around, Wants::Key, report)?;
            Some(key as Arc<dyn Expression>)
        });
        let key = match key {
            Some(key) => Some(key?),
            None => None,
        };
        Some(WaitPlan::Event {
            trigger: self.trigger(wait.event.as_ref())?,
            key,
            timeout: wait.timeout.as_ref()?.value,
            on_timeout: wait.on_timeout.as_ref().map_or(OnTimeout::Fail, |what| what.value),
        })
    }

    fn lock(
        &mut self,
        place: usize,
        lock: &raw::Lock,
        scope: Scope<'_>,
        around: &Around,
        report: &mut Report<'_>,
    ) -> Option<LockPlan> {
        let until = check::until(place, &lock.until, self.graph, report);
        let key = self.value(lock.key.as_ref()?, scope, around, Wants::Lock, report)?;
        Some(LockPlan {
            key,
            timeout: lock.timeout.as_ref()?.value,
            on_timeout: lock.on_timeout.as_ref().map_or(OnTimeout::Fail, |what| what.value),
            until: self.indexes(until),
        })
    }

    fn compensation(
        &mut self,
        place: usize,
        compensation: &raw::Compensation,
        around: &Around,
        report: &mut Report<'_>,
    ) -> Option<CompensationPlan> {
        let (steps, graph) = (self.steps, self.graph);
        let step = &steps[place];
        // The step itself may have no reply: a compensation also undoes what may have been done.
        let mut visible: BTreeSet<usize> = graph.ancestors[place].clone();
        if step.for_each.is_none() {
            visible.insert(place);
        }
        let scope = Scope {
            graph,
            all: steps,
            reply: false,
            event: false,
            item: step.for_each.is_some(),
            steps: Some(&visible),
        };
        let topic = step.command.as_ref().and_then(|command| command.topic.as_ref());
        same_topic(compensation, topic, report);
        let command = compensation.command.as_ref();
        let command = command.and_then(|command| self.sent.add(command, topic, around.clone(), scope, report));
        let (retry, replies) = (compensation.retry.as_ref(), compensation.replies.as_ref());
        let retry = policy(
            retry,
            &Usual::COMPENSATION,
            replies,
            (scope, around),
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
            on_exhausted: compensation
                .on_exhausted
                .as_ref()
                .map(|what| what.value)
                .unwrap_or_default(),
        })
    }
}

fn decided(decision: &raw::Decision) -> Option<DecisionPlan> {
    let option = |(name, fails): &(At<String>, At<bool>)| DecisionOption {
        name: name.value.as_str().into(),
        fails: fails.value,
    };
    Some(DecisionPlan {
        question: decision.question.as_ref()?.value.as_str().into(),
        options: decision.options.iter().map(option).collect(),
        deadline: decision.deadline.as_ref()?.value,
        default: decision.default?,
    })
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
