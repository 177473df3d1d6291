//! Look-ups of schema ids for the threads of tasks, which never wait for HTTP.

use std::sync::Arc;

use tokio::{
    runtime::Handle,
    sync::mpsc::{self, Sender, error::TrySendError},
};

use super::{KeptSchemas, RegistryClient, RegistryError, SchemaId};

/// Look-ups that wait. A task asks for one id at a time and pauses, so this is more than all tasks of a node ask.
const WAITING_MAX: usize = 256;

/// What became of a look-up.
#[derive(Debug)]
pub struct Answer {
    /// The id that was asked for.
    pub id: SchemaId,
    /// The schema's text, or why there is none.
    pub text: Result<String, RegistryError>,
}

type Callback = Box<dyn FnOnce(Answer) + Send>;

/// A queue of look-ups, worked off one after another. Clones share it; the last one to go ends it.
#[derive(Clone)]
pub struct Lookups {
    requests: Sender<(SchemaId, Callback)>,
}

impl Lookups {
    /// Starts to work off look-ups with `client` on `runtime`. What the registry tells is kept in `kept`, and taken from
    /// there while the registry does not answer.
    pub fn start(runtime: &Handle, client: RegistryClient, kept: Option<Arc<KeptSchemas>>) -> Self {
        let (requests, mut waiting) = mpsc::channel::<(SchemaId, Callback)>(WAITING_MAX);
        runtime.spawn(async move {
            while let Some((id, answer)) = waiting.recv().await {
                let text = client.by_id(id).await;
                let text = match &kept {
                    Some(kept) => with_kept(id, text, Arc::clone(kept)).await,
                    None => text,
                };
                answer(Answer { id, text });
            }
        });
        Self { requests }
    }

    /// Asks for the text of `id`; returns at once. `answer` is called later, from another thread, and must not block;
    /// a failed look-up is not tried again.
    ///
    /// # Errors
    /// [`RegistryError::Unavailable`] when too many look-ups wait already; `answer` is not called then.
    pub fn request(&self, id: SchemaId, answer: impl FnOnce(Answer) + Send + 'static) -> Result<(), RegistryError> {
        self.requests
            .try_send((id, Box::new(answer)))
            .map_err(|error| RegistryError::Unavailable {
                what: format!("the schema id {}", id.0),
                reason: match error {
                    TrySendError::Full(_) => "too many look-ups wait".into(),
                    TrySendError::Closed(_) => "the runtime has ended".into(),
                },
            })
    }
}

/// Keeps a schema before anybody uses it, or finds one that was kept.
async fn with_kept(
    id: SchemaId,
    text: Result<String, RegistryError>,
    kept: Arc<KeptSchemas>,
) -> Result<String, RegistryError> {
    let task = tokio::task::spawn_blocking(move || match text {
        Ok(text) => {
            if let Err(error) = kept.keep([(id, text.as_str())]) {
                tracing::warn!(schema = id.0, %error, "a schema could not be kept: it is asked for again after a restart");
            }
            Ok(text)
        }
        Err(unavailable @ RegistryError::Unavailable { .. }) => match kept.find(id) {
            Ok(Some(text)) => {
                tracing::info!(schema = id.0, "the registry does not answer; the schema was kept");
                Ok(text)
            }
            Ok(None) => Err(unavailable),
            Err(error) => {
                tracing::warn!(schema = id.0, %error, "the kept schemas could not be read");
                Err(unavailable)
            }
        },
        Err(error) => Err(error),
    });
    task.await.unwrap_or_else(|error| {
        Err(RegistryError::Unavailable {
            what: format!("the schema id {}", id.0),
            reason: error.to_string(),
        })
    })
}
