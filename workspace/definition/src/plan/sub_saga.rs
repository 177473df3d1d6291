//! A step that is another saga, in the plan.

use std::{sync::Arc, time::Duration};

use palinode_core::{
    CompensationExhausted, CompensationPlan, Expression, Replies, RetryPolicy, SubSagaPlan, TopicName, Zone,
};
use palinode_wire::{inbox, own};

use super::{Around, Wants, build::Builder};
use crate::{
    check::Scope,
    defaults, raw,
    source::{At, Report},
    together::SubSagaPlace,
};

impl Builder<'_> {
    pub(super) fn sub_saga(
        &mut self,
        sub_saga: &raw::SubSaga,
        scope: Scope<'_>,
        around: &Around,
        report: &mut Report<'_>,
    ) -> Option<SubSagaPlan> {
        let key = sub_saga.key.as_ref();
        let key = key.and_then(|key| self.value(key, scope, around, Wants::SubSagaKey, report));
        let start = sub_saga.start.as_ref()?;
        let definition = sub_saga.definition.as_ref()?;
        let record = start.record.as_ref()?;
        self.sent.places.sub_sagas.push(SubSagaPlace {
            definition: At::new(definition.value.as_str().into(), definition.span),
            start: At::new(record.value.as_str().into(), record.span),
        });
        let topic = At::new(inbox::TOPIC.to_owned(), record.span);
        let start = self.sent.add(start, Some(&topic), around.clone(), scope, report);
        Some(SubSagaPlan {
            definition: definition.value.as_str().into(),
            key: key? as Arc<dyn Expression>,
            start: start?,
            replies: replies(),
        })
    }
}

/// A sub-saga that can be taken back is taken back by itself, without a command of its own, in the time that the step has
/// as well. There is nothing to try again: no request gets lost, and it answers when it ends.
pub(super) fn compensation(sub_saga: &SubSagaPlan, zone: Zone, timeout: Duration) -> Option<CompensationPlan> {
    (zone == Zone::Compensatable).then(|| CompensationPlan {
        command: sub_saga.start,
        replies: replies(),
        timeout,
        retry: once(),
        on_exhausted: CompensationExhausted::Suspend,
    })
}

/// One attempt.
pub(super) fn once() -> RetryPolicy {
    RetryPolicy {
        attempts: 1,
        initial: defaults::INITIAL,
        factor: defaults::FACTOR,
        max: defaults::MAX,
        jitter: defaults::JITTER,
        when: None,
    }
}

fn replies() -> Replies {
    Replies {
        topic: TopicName::from(inbox::TOPIC),
        succeeded: own::SUB_SAGA_SUCCEEDED.name.into(),
        failed: Some(own::SUB_SAGA_FAILED.name.into()),
    }
}
