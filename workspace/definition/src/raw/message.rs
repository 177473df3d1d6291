//! Messages that are sent, and records that are waited for.

use crate::{
    Code,
    source::{At, Report},
    yaml::{Kind, Mapping, Node},
};

const MESSAGE_KEYS: &[&str] = &["topic", "message", "fields"];
const TRIGGER_KEYS: &[&str] = &["event", "topic"];
const REPLIES_KEYS: &[&str] = &["topic", "succeeded", "failed"];

/// Whether a part must name its topic, or takes it from the step that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TopicKey {
    Required,
    Inherited,
}

impl TopicKey {
    fn read(self, map: &Mapping<'_>, report: &mut Report<'_>) -> Option<At<String>> {
        match self {
            Self::Required => map.text("topic", report),
            Self::Inherited => map.get("topic")?.text(report),
        }
    }
}

/// A message that is sent.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) topic: Option<At<String>>,
    pub(crate) record: Option<At<String>>,
    pub(crate) fields: Vec<Field>,
}

/// A field and the expression that fills it.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: At<String>,
    pub(crate) expression: At<String>,
}

impl Message {
    pub(crate) fn read(node: &Node, topic: TopicKey, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "a command", MESSAGE_KEYS, report)?;
        Some(Self::of(&map, topic, report))
    }

    pub(crate) fn of(map: &Mapping<'_>, topic: TopicKey, report: &mut Report<'_>) -> Self {
        Self {
            topic: topic.read(map, report),
            record: map.text("message", report),
            fields: fields(map.required("fields", report), report),
        }
    }
}

/// The fields of a message, in the order of the file.
pub(super) fn fields(node: Option<&Node>, report: &mut Report<'_>) -> Vec<Field> {
    let Some(node) = node else { return Vec::new() };
    let Kind::Mapping(entries) = &node.kind else {
        node.expected("a mapping of fields to expressions", report);
        return Vec::new();
    };
    let field = |(name, node): &(At<String>, Node)| {
        let expression = node.expression(report)?;
        if expression.value.trim().is_empty() {
            report.error(
                Code::BadValue,
                expression.span,
                format!("the field '{}' has no expression", name.value),
            );
            return None;
        }
        Some(Field {
            name: name.clone(),
            expression,
        })
    };
    entries.iter().filter_map(field).collect()
}

/// An event that starts, cancels or resumes.
#[derive(Debug)]
pub(crate) struct Trigger {
    pub(crate) record: Option<At<String>>,
    pub(crate) topic: Option<At<String>>,
}

impl Trigger {
    pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "an event", TRIGGER_KEYS, report)?;
        Some(Self {
            record: map.text("event", report),
            topic: map.text("topic", report),
        })
    }
}

/// The records that answer a command.
#[derive(Debug)]
pub(crate) struct Replies {
    pub(crate) topic: Option<At<String>>,
    pub(crate) succeeded: Option<At<String>>,
    pub(crate) failed: Option<At<String>>,
}

impl Replies {
    pub(crate) fn read(node: &Node, topic: TopicKey, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "the replies", REPLIES_KEYS, report)?;
        Some(Self {
            topic: topic.read(&map, report),
            succeeded: map.text("succeeded", report),
            failed: map.get("failed").and_then(|node| node.text(report)),
        })
    }
}
