//! What a record on a topic means to the definition. It must be one thing only: a participant need not send headers, and
//! then the record's type alone says what it answers.

use std::collections::BTreeMap;

use crate::{
    Code,
    raw::{Definition, Message, Replies, Step, Trigger},
    source::{At, Report, Span},
};

/// A meaning, told as part of a sentence.
struct Role {
    told: String,
    kind: Kind,
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Trigger,
    Reply,
    Sent,
}

/// Checks that no record on a topic has two meanings.
pub(crate) fn roles(definition: &Definition, report: &mut Report<'_>) {
    let mut taken = Taken {
        roles: BTreeMap::new(),
        report,
    };
    taken.trigger(definition.started_by.as_ref(), "starts the saga".into());
    let cancelled_by = definition
        .cancelled_by
        .as_ref()
        .map(|cancellation| &cancellation.trigger);
    taken.trigger(cancelled_by, "cancels the saga".into());
    for step in &definition.steps {
        taken.trigger(step.resumed_by.as_ref(), format!("resumes the step '{}'", step.name()));
        taken.trigger(step.event(), format!("ends the wait '{}'", step.name()));
        taken.step(step);
    }
    for step in &definition.steps {
        taken.sent(
            step.command.as_ref(),
            None,
            format!("asks for the step '{}'", step.name()),
        );
        let start = step.sub_saga.as_ref().and_then(|sub_saga| sub_saga.start.as_ref());
        taken.sent(start, None, format!("begins the sub-saga '{}'", step.name()));
        let topic = step.command.as_ref().and_then(|command| command.topic.as_ref());
        let compensation = step
            .compensation
            .as_ref()
            .and_then(|compensation| compensation.command.as_ref());
        taken.sent(compensation, topic, format!("takes the step '{}' back", step.name()));
    }
    for emission in &definition.emits {
        taken.sent(Some(&emission.message), None, "is emitted".into());
    }
}

struct Taken<'a, 'r> {
    roles: BTreeMap<(String, String), Role>,
    report: &'a mut Report<'r>,
}

impl Taken<'_, '_> {
    fn trigger(&mut self, trigger: Option<&Trigger>, told: String) {
        let Some(trigger) = trigger else { return };
        self.take(trigger.topic.as_ref(), trigger.record.as_ref(), Kind::Trigger, told);
    }

    fn step(&mut self, step: &Step) {
        let Some(replies) = &step.replies else { return };
        self.replies(replies, None, &format!("the step '{}'", step.name()));
        if let Some(own) = step
            .compensation
            .as_ref()
            .and_then(|compensation| compensation.replies.as_ref())
        {
            self.replies(
                own,
                replies.topic.as_ref(),
                &format!("the compensation of '{}'", step.name()),
            );
        }
    }

    fn replies(&mut self, replies: &Replies, inherited: Option<&At<String>>, whose: &str) {
        let topic = replies.topic.as_ref().or(inherited);
        self.take(
            topic,
            replies.succeeded.as_ref(),
            Kind::Reply,
            format!("says that {whose} succeeded"),
        );
        self.take(
            topic,
            replies.failed.as_ref(),
            Kind::Reply,
            format!("says that {whose} failed"),
        );
    }

    /// Two commands of one type are no mistake, but what is sent must not come back as something else.
    fn sent(&mut self, message: Option<&Message>, inherited: Option<&At<String>>, told: String) {
        let Some(message) = message else { return };
        let topic = message.topic.as_ref().or(inherited);
        self.take(topic, message.record.as_ref(), Kind::Sent, told);
    }

    fn take(&mut self, topic: Option<&At<String>>, record: Option<&At<String>>, kind: Kind, told: String) {
        let (Some(topic), Some(record)) = (topic, record) else {
            return;
        };
        let key = (topic.value.clone(), record.value.clone());
        let Some(first) = self.roles.get(&key) else {
            self.roles.insert(
                key,
                Role {
                    told,
                    kind,
                    span: record.span,
                },
            );
            return;
        };
        let (name, line, earlier) = (&record.value, first.span.line, &first.told);
        let message = format!("{name} on {} {told}, but by line {line} it {earlier}", topic.value);
        match (first.kind, kind) {
            (Kind::Sent, Kind::Sent) => {}
            (Kind::Reply, Kind::Reply) => {
                let hint = "a reply without headers could not be told apart: give each purpose a record of its own";
                self.report.error_with(Code::AmbiguousReply, record.span, message, hint);
            }
            _ => self.report.error(Code::TwoRoles, record.span, message),
        }
    }
}
