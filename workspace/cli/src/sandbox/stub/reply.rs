//! The replies of a stub.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context;
use palinode_core::{Timestamp, Value};
use palinode_wire::{
    Schemas, frame,
    headers::{Envelope, child},
};
use serde::{Deserialize, Serialize};

use super::{Asked, Raw, Rule, Stub};
use crate::sandbox::{
    dice::Dice,
    form::{Form, Source},
};

/// The forms of all replies, and the schemas by which commands are read.
pub(in super::super) struct Forms {
    schemas: Arc<Schemas>,
    forms: BTreeMap<String, Form>,
}

/// A command as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Command {
    pub(super) asked: Asked,
    pub(super) key: Raw,
    pub(super) value: Raw,
    pub(super) id: String,
    pub(super) idempotency_key: String,
    pub(super) saga_id: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) traceparent: Option<String>,
    pub(super) attempt: Option<String>,
}

impl Command {
    /// What the dice for its latency are about: the same in each run, unlike its id.
    pub(super) fn throw(&self) -> String {
        let attempt = self.attempt.as_deref().unwrap_or_default();
        format!("{}/{attempt}", self.idempotency_key)
    }
}

/// A reply as it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Reply {
    pub(in super::super) topic: String,
    pub(in super::super) key: Raw,
    pub(in super::super) value: Raw,
    pub(in super::super) headers: Vec<(String, Raw)>,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) enum Verdict {
    Done,
    Refused,
}

impl Forms {
    /// The forms of the replies of these stubs.
    pub(in super::super) fn new(schemas: Arc<Schemas>, stubs: &BTreeMap<Asked, Stub>) -> anyhow::Result<Self> {
        let mut forms = BTreeMap::new();
        for stub in stubs.values() {
            for record in [Some(&stub.replies.succeeded), stub.replies.failed.as_ref()]
                .into_iter()
                .flatten()
            {
                forms.insert(record.to_string(), Form::new(&schemas, record.as_str())?);
            }
        }
        Ok(Self { schemas, forms })
    }

    /// The reply to a command. The same request gets the same values, times apart.
    pub(super) fn reply(
        &self,
        command: &Command,
        stub: &Stub,
        (seed, rule): (u64, &Rule),
        verdict: Verdict,
        now: Timestamp,
    ) -> anyhow::Result<Reply> {
        let (record, given) = match (verdict, &stub.replies.failed) {
            (Verdict::Refused, Some(failed)) => (failed.as_str(), &rule.failure),
            _ => (stub.replies.succeeded.as_str(), &rule.success),
        };
        let form = self
            .forms
            .get(record)
            .with_context(|| format!("{record} has no form"))?;
        let (schema, bytes) = frame::split(&command.value.0).context("a command is not in the Confluent frame")?;
        let shape = self.schemas.shape(schema).context("a command has an unknown schema")?;
        let Value::Record(fields) = shape.value(&bytes).context("a command does not follow its schema")? else {
            anyhow::bail!("a command is no record");
        };
        let dice = Dice::about(seed, &command.idempotency_key);
        let value = form.fill(dice, now.0, Some(&Source { shape, fields }), given)?;
        let traceparent = command
            .traceparent
            .as_ref()
            .map(|parent| child(parent, command.id.as_bytes()));
        let headers = Envelope {
            id: &format!("{}/reply", command.id),
            record,
            source: "palinode-sandbox",
            time: now,
            traceparent: traceparent.as_deref(),
            correlation_id: command.correlation_id.as_deref(),
            idempotency_key: Some(&command.idempotency_key),
            saga_id: command.saga_id.as_deref(),
            attempt: None,
        }
        .headers();
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), Raw(value)));
        Ok(Reply {
            topic: stub.replies.topic.to_string(),
            key: command.key.clone(),
            value: Raw(value.into()),
            headers: headers.collect(),
        })
    }
}
