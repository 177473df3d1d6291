//! Writing test data: all that the sandbox itself sends is marked.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use palinode_core::{Plan, Timestamp, Trigger};
use palinode_engine::Clock;
use palinode_wire::{
    Schemas,
    headers::{Envelope, root},
};
use rdkafka::{
    ClientConfig,
    error::KafkaError,
    message::{Header, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer},
    types::RDKafkaErrorCode,
};

use super::{
    control::Order,
    dice::Dice,
    form::{Form, Given},
    scenario::Outside,
    stub::Reply,
};

/// The header that marks test data.
pub(super) const MARK: &str = "palinode-sandbox";
/// What was handed over is delivered within this time, or the broker is not well.
const FLUSH_AT_MOST: Duration = Duration::from_secs(10);
/// How long a full queue is waited for before the next look.
const ROOM_WAIT: Duration = Duration::from_millis(5);
/// How long one look for confirmations takes: a flush of the client would look for 100 ms at a time.
const LOOK: Duration = Duration::from_millis(1);

/// Writes marked records.
pub(super) struct Sender {
    producer: BaseProducer,
}

impl Sender {
    /// A sender to these brokers.
    pub(super) fn new(bootstrap: &str) -> anyhow::Result<Self> {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2")
            .set("linger.ms", "1")
            .set("socket.nagle.disable", "true")
            .create()
            .context("a producer could not be made")?;
        Ok(Self { producer })
    }

    /// Hands a record over.
    pub(super) fn send(
        &self,
        topic: &str,
        key: &[u8],
        value: &[u8],
        headers: &[(impl AsRef<str>, impl AsRef<[u8]>)],
    ) -> anyhow::Result<()> {
        let mark = Header {
            key: MARK,
            value: Some("true".as_bytes()),
        };
        let all = headers.iter().fold(
            OwnedHeaders::new_with_capacity(headers.len() + 1),
            |all, (name, value)| {
                all.insert(Header {
                    key: name.as_ref(),
                    value: Some(value.as_ref()),
                })
            },
        );
        self.hand_over(BaseRecord::to(topic).key(key).payload(value).headers(all.insert(mark)))
    }

    fn hand_over(&self, mut record: BaseRecord<'_, [u8], [u8]>) -> anyhow::Result<()> {
        let topic = record.topic;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(ROOM_WAIT);
                }
                Err((error, _)) => bail!("a record for '{topic}' could not be sent: {error}"),
            }
        }
    }

    /// Hands a record of a scenario over, marked as all test data is.
    pub(super) fn again(&self, outside: &Outside, value: Option<&[u8]>) -> anyhow::Result<()> {
        let all = outside.headers.iter().map(|(name, value)| Header {
            key: name.as_str(),
            value: Some(value.as_ref()),
        });
        let mark = Header {
            key: MARK,
            value: Some("true".as_bytes()),
        };
        let headers = all.chain([mark]).fold(OwnedHeaders::new(), OwnedHeaders::insert);
        let mut record = BaseRecord::<[u8], [u8]>::to(&outside.topic)
            .partition(outside.partition)
            .headers(headers);
        record.key = outside.key.as_ref().map(AsRef::as_ref);
        record.payload = value;
        self.hand_over(record)
    }

    /// Hands a reply of a stub over.
    pub(super) fn reply(&self, reply: &Reply) -> anyhow::Result<()> {
        self.send(&reply.topic, &reply.key.0, &reply.value.0, &reply.headers)
    }

    /// Takes the reports that have come.
    pub(super) fn look(&self) {
        self.producer.poll(Duration::ZERO);
    }

    /// Waits until everything is delivered.
    pub(super) fn flush(&self) -> anyhow::Result<()> {
        let end = Instant::now() + FLUSH_AT_MOST;
        while self.producer.in_flight_count() > 0 && Instant::now() < end {
            self.producer.poll(LOOK);
        }
        // What is still under way fails here.
        self.producer
            .flush(Duration::ZERO)
            .context("records were not delivered in time")
    }
}

/// Sends the events by which sagas start and are cancelled.
pub(super) struct Starter {
    sender: Arc<Sender>,
    clock: Clock,
    seed: u64,
    definitions: BTreeMap<String, Triggers>,
}

struct Triggers {
    start: (Form, String),
    cancel: Option<(Form, String)>,
}

impl Starter {
    /// A starter for these definitions.
    pub(super) fn new(
        plans: &[Arc<Plan>],
        schemas: &Schemas,
        sender: Arc<Sender>,
        clock: Clock,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let form = |trigger: &Trigger| -> anyhow::Result<(Form, String)> {
            Ok((Form::new(schemas, trigger.record.as_str())?, trigger.topic.to_string()))
        };
        let mut definitions = BTreeMap::new();
        for plan in plans {
            let triggers = Triggers {
                start: form(&plan.started_by)?,
                cancel: plan.cancelled_by.as_ref().map(form).transpose()?,
            };
            definitions.insert(plan.name.to_string(), triggers);
        }
        Ok(Self {
            sender,
            clock,
            seed,
            definitions,
        })
    }

    /// Looks whether an order can be carried out, before it is.
    pub(super) fn check(&self, order: &Order) -> anyhow::Result<()> {
        let form = if order.cancel {
            &self.cancelling(&order.definition)?.0
        } else {
            &self.triggers(&order.definition)?.start.0
        };
        match order.fields.keys().find(|field| !form.has(field)) {
            Some(unknown) => bail!("{} has no field '{unknown}'", form.record()),
            None => Ok(()),
        }
    }

    /// Sends the start event of the saga with this key.
    pub(super) fn start(&self, definition: &str, key: &str, given: &Given) -> anyhow::Result<()> {
        let (form, topic) = &self.triggers(definition)?.start;
        self.send(form, topic, key, given)
    }

    /// Sends the event that asks to cancel the saga with this key.
    pub(super) fn cancel(&self, definition: &str, key: &str, given: &Given) -> anyhow::Result<()> {
        let (form, topic) = self.cancelling(definition)?;
        self.send(form, topic, key, given)
    }

    fn cancelling(&self, definition: &str) -> anyhow::Result<&(Form, String)> {
        let cancel = self.triggers(definition)?.cancel.as_ref();
        cancel.with_context(|| format!("sagas of '{definition}' cannot be cancelled: it names no such event"))
    }

    /// Waits until everything is delivered.
    pub(super) fn flush(&self) -> anyhow::Result<()> {
        self.sender.flush()
    }

    fn triggers(&self, definition: &str) -> anyhow::Result<&Triggers> {
        self.definitions.get(definition).with_context(|| {
            let known: Vec<&str> = self.definitions.keys().map(String::as_str).collect();
            format!(
                "there is no definition '{definition}' here; there are {}",
                known.join(", ")
            )
        })
    }

    /// The first field of text holds the key, unless it is given.
    fn send(&self, form: &Form, topic: &str, key: &str, given: &Given) -> anyhow::Result<()> {
        let now: Timestamp = self.clock.now();
        let mut given = given.clone();
        if let Some(field) = form.first_text() {
            given.entry(field.to_owned()).or_insert_with(|| key.into());
        }
        let value = form.fill(Dice::about(self.seed, key), now.0, None, &given)?;
        let id = format!("{key}/{}", form.record());
        let traceparent = root(id.as_bytes());
        let headers = Envelope {
            id: &id,
            record: form.record(),
            source: "palinode-sandbox",
            time: now,
            traceparent: Some(&traceparent),
            correlation_id: Some(key),
            idempotency_key: None,
            saga_id: None,
            attempt: None,
        }
        .headers();
        self.sender.send(topic, key.as_bytes(), &value, &headers)
    }
}
