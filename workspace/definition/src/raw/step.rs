//! One step.

use std::time::Duration;

use palinode_core::OnExhausted;

use super::{Message, Replies, Retry, Trigger, definition::list, message::TopicKey};
use crate::{
    Code,
    source::{At, Report, Span},
    suggest::nearest_or_all,
    yaml::{Mapping, Node},
};

const KEYS: &[&str] = &[
    "id",
    "after",
    "pivot",
    "command",
    "replies",
    "timeout",
    "retry",
    "onExhausted",
    "resumedBy",
    "compensation",
];
const COMPENSATION_KEYS: &[&str] = &["command", "replies", "timeout", "retry"];

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: Option<At<String>>,
    pub(crate) after: Vec<At<String>>,
    /// Where the step says that it is the pivot.
    pub(crate) pivot: Option<Span>,
    pub(crate) command: Option<Message>,
    pub(crate) replies: Option<Replies>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) retry: Option<Retry>,
    pub(crate) on_exhausted: Option<At<OnExhausted>>,
    pub(crate) resumed_by: Option<Trigger>,
    pub(crate) compensation: Option<Compensation>,
}

#[derive(Debug)]
pub(crate) struct Compensation {
    pub(crate) span: Span,
    pub(crate) command: Option<Message>,
    pub(crate) replies: Option<Replies>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) retry: Option<Retry>,
}

impl Step {
    pub(super) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "a step", KEYS, report)?;
        Some(Self {
            id: map.text("id", report),
            after: list(map.get("after"), report, |node, report| node.text(report)),
            pivot: map
                .get("pivot")
                .and_then(|node| node.boolean(report))
                .filter(|is| is.value)
                .map(|is| is.span),
            command: map
                .required("command", report)
                .and_then(|node| Message::read(node, TopicKey::Required, report)),
            replies: map
                .required("replies", report)
                .and_then(|node| Replies::read(node, TopicKey::Required, report)),
            timeout: map.duration("timeout", report),
            retry: map.get("retry").and_then(|node| Retry::read(node, report)),
            on_exhausted: map.get("onExhausted").and_then(|node| on_exhausted(node, report)),
            resumed_by: map.get("resumedBy").and_then(|node| Trigger::read(node, report)),
            compensation: map
                .get("compensation")
                .and_then(|node| Compensation::read(node, report)),
        })
    }

    /// The id, for messages about the step.
    pub(crate) fn name(&self) -> &str {
        self.id.as_ref().map_or("?", |id| id.value.as_str())
    }
}

impl Compensation {
    fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "a compensation", COMPENSATION_KEYS, report)?;
        Some(Self {
            span: map.span,
            command: map
                .required("command", report)
                .and_then(|node| Message::read(node, TopicKey::Inherited, report)),
            replies: map
                .required("replies", report)
                .and_then(|node| Replies::read(node, TopicKey::Inherited, report)),
            timeout: map.duration("timeout", report),
            retry: map.get("retry").and_then(|node| Retry::read(node, report)),
        })
    }
}

fn on_exhausted(node: &Node, report: &mut Report<'_>) -> Option<At<OnExhausted>> {
    let text = node.text(report)?;
    let value = match text.value.as_str() {
        "suspend" => OnExhausted::Suspend,
        "compensate" => OnExhausted::Compensate,
        other => {
            let message = format!("'{other}' is not what can happen when no attempt is left");
            report.push(
                Code::BadValue,
                text.span,
                message,
                nearest_or_all(other, ["suspend", "compensate"]),
            );
            return None;
        }
    };
    Some(At::new(value, text.span))
}
