//! Where schemas and their ids come from.

use std::{collections::HashMap, sync::Arc};

use palinode_core::SchemaId;
use parking_lot::Mutex;

use crate::SchemaError;

/// A schema registry as a service needs it. Calls may block for a round trip; the [`crate::Codec`] keeps the answers.
pub trait SchemaSource: Send + Sync {
    /// The id of `schema` under the subject `record`, registered when the registry does not have it.
    ///
    /// # Errors
    /// When the registry refuses the schema or does not answer.
    fn register(&self, record: &str, schema: &str) -> Result<SchemaId, SchemaError>;

    /// The text of the schema `id`.
    ///
    /// # Errors
    /// When the registry does not know the id or does not answer.
    fn schema_of(&self, id: SchemaId) -> Result<Arc<str>, SchemaError>;
}

/// A registry inside the process, for tests and for measuring: ids count from 1 in the order of registration.
#[derive(Debug, Default)]
pub struct LocalSchemas {
    registered: Mutex<Registered>,
}

#[derive(Debug, Default)]
struct Registered {
    texts: Vec<Arc<str>>,
    ids: HashMap<String, SchemaId>,
}

impl SchemaSource for LocalSchemas {
    fn register(&self, _record: &str, schema: &str) -> Result<SchemaId, SchemaError> {
        let mut registered = self.registered.lock();
        if let Some(id) = registered.ids.get(schema) {
            return Ok(*id);
        }
        registered.texts.push(schema.into());
        let id = SchemaId(u32::try_from(registered.texts.len()).unwrap_or(u32::MAX));
        registered.ids.insert(schema.to_owned(), id);
        Ok(id)
    }

    fn schema_of(&self, id: SchemaId) -> Result<Arc<str>, SchemaError> {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX).wrapping_sub(1);
        self.registered
            .lock()
            .texts
            .get(at)
            .cloned()
            .ok_or(SchemaError::Unknown { id })
    }
}
