//! Whether a service is ready, and what it waits for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use palinode_log::{
    Need, Outages,
    kafka::{self, BrokerWatch},
};

use crate::{Codec, Error, Record, SchemaError, ServiceSettings, Stop, insist};

/// How often a registry that is away is asked again.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Whether a service is ready, and what it waits for. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    outages: Outages,
    has_begun: Arc<AtomicBool>,
}

impl Readiness {
    /// `GET /readyz`: 200 when the service works; otherwise 503 with what it waits for, a line each.
    pub fn routes(&self) -> Router {
        let readiness = self.clone();
        Router::new().route("/readyz", get(async move || readiness.answer()))
    }

    /// What is away at present.
    pub(crate) fn outages(&self) -> &Outages {
        &self.outages
    }

    fn answer(&self) -> Response {
        let mut lines = self.outages.lines();
        if !self.has_begun.load(Ordering::Acquire) {
            lines.insert(0, "the service is starting: its schemas are not registered yet".into());
        }
        match lines.is_empty() {
            true => "ready\n".into_response(),
            false => (StatusCode::SERVICE_UNAVAILABLE, lines.join("\n") + "\n").into_response(),
        }
    }
}

/// Registers the schema of one record type.
type Register = fn(&Codec) -> Result<(), SchemaError>;

/// What a service writes, to be registered before it does anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes {
    register: Vec<Register>,
}

impl Writes {
    pub(crate) fn add<T: Record>(&mut self) {
        self.register.push(Codec::register::<T>);
    }

    /// Begins to watch the brokers and registers the schemas, as soon as the registry is there; `None` when the end was
    /// asked for before.
    ///
    /// # Errors
    /// When the registry refuses a schema, or a setting is wrong.
    pub(crate) fn begin(
        &self,
        settings: &ServiceSettings,
        codec: &Codec,
        readiness: &Readiness,
        stop: &Stop,
    ) -> Result<Option<BrokerWatch>, Error> {
        let kafka = kafka::Settings::new(settings.kafka.bootstrap_servers.as_str());
        let topic = settings.topics.first().map_or("", String::as_str);
        let topic = format!("{}{topic}", settings.kafka.topic_prefix);
        let watch = BrokerWatch::start(&kafka, &settings.name, &topic, readiness.outages.clone());
        let watch = watch.map_err(|error| Error::Setting {
            name: "kafka",
            reason: error.to_string(),
        })?;
        for register in &self.register {
            loop {
                match register(codec) {
                    Ok(()) => break,
                    Err(error) if error.is_retriable() => {
                        readiness
                            .outages
                            .begin(Need::Registry, insist::words(&Error::from(error)));
                        if stop.wait(ASK_EVERY) {
                            return Ok(None);
                        }
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        readiness.outages.end(Need::Registry);
        readiness.has_begun.store(true, Ordering::Release);
        Ok(Some(watch))
    }
}
