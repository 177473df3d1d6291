//! Schemas from a registry over HTTP.

use std::sync::{Arc, mpsc};

use palinode_core::SchemaId;
use palinode_log::registry::{self, RegistryClient, RegistryError};
use tokio::runtime::Runtime;

use crate::{Error, SchemaError, SchemaSource};

/// A Confluent-compatible schema registry. Calls block their thread; the HTTP side has a thread of its own, so that they
/// may come from a thread that serves HTTP itself.
#[derive(Debug)]
pub struct Registry {
    client: RegistryClient,
    /// Always there, until the end.
    runtime: Option<Runtime>,
}

impl Registry {
    /// The registry at `url`. Nothing is asked yet.
    ///
    /// # Errors
    /// When `url` is no HTTP address, or the thread cannot be started.
    pub fn new(url: &str) -> Result<Self, Error> {
        let client = RegistryClient::new(url).map_err(|error| Error::Setting {
            name: "registry",
            reason: error.to_string(),
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("registry")
            .enable_all()
            .build()
            .map_err(|source| Error::Thread {
                name: "registry".into(),
                source,
            })?;
        Ok(Self {
            client,
            runtime: Some(runtime),
        })
    }

    fn ask<T: Send + 'static>(
        &self,
        question: impl Future<Output = Result<T, RegistryError>> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let (answer, wait) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // The one who asked waits below; a send that fails has nobody to tell.
                let _ = answer.send(question.await);
            });
        }
        wait.recv().unwrap_or_else(|_| {
            Err(RegistryError::Unavailable {
                what: "a schema".into(),
                reason: "its thread has ended".into(),
            })
        })
    }
}

impl Drop for Registry {
    /// Does not wait, so that the last owner may be a thread that serves HTTP.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl SchemaSource for Registry {
    fn register(&self, record: &str, schema: &str) -> Result<SchemaId, SchemaError> {
        let (client, subject, text) = (self.client.clone(), record.to_owned(), schema.to_owned());
        let registered = self.ask(async move { client.register(&subject, &text).await });
        registered.map(|id| SchemaId(id.0)).map_err(|error| {
            let reason = error.to_string();
            if error.is_retriable() {
                SchemaError::Unavailable { reason }
            } else {
                SchemaError::Refused {
                    record: record.to_owned(),
                    reason,
                }
            }
        })
    }

    fn schema_of(&self, id: SchemaId) -> Result<Arc<str>, SchemaError> {
        let client = self.client.clone();
        let text = self.ask(async move { client.by_id(registry::SchemaId(id.0)).await });
        text.map(Into::into).map_err(|error| match error {
            RegistryError::Unknown { .. } => SchemaError::Unknown { id },
            other => SchemaError::Unavailable {
                reason: other.to_string(),
            },
        })
    }
}
