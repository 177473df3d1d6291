//! A version of a definition, as it stands in the topic of definitions.

use std::sync::Arc;

use palinode_core::{DefinitionName, SchemaId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Schemas,
    typed::{Error, RecordCodec},
};

/// A version of a definition, as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRecord {
    /// The name of the definition.
    pub definition: DefinitionName,
    /// The version.
    pub version: u32,
    /// SHA-256 of the text, in hexadecimal.
    pub hash: Arc<str>,
    /// Who answers for the process.
    pub owner: Arc<str>,
    /// The definition, to the byte as it was published.
    pub text: Arc<str>,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: Arc<str>,
    /// When it was retired: no new saga follows it from then on.
    pub retired_at: Option<Timestamp>,
    /// Who retired it.
    pub retired_by: Option<Arc<str>>,
}

impl DefinitionRecord {
    /// The key of the record: a version of a definition has one record, whatever became of it.
    pub fn key(&self) -> String {
        format!("{}/{}", self.definition, self.version)
    }

    /// Appends the record with its frame to `out`. `codec` is that of `palinode.Definition`.
    ///
    /// # Errors
    /// When the version does not fit the schema.
    pub fn encode(&self, codec: &RecordCodec, out: &mut Vec<u8>) -> Result<(), Error> {
        codec.encode_into(self, out)
    }

    /// Reads a framed record. `codec` is that of `palinode.Definition`; `schemas` knows the writers' schemas.
    ///
    /// # Errors
    /// When the value is no definition, or its writer's schema is not known.
    pub fn decode(codec: &RecordCodec, framed: &[u8], schemas: &Schemas) -> Result<Self, Error> {
        codec.decode(framed, schemas)
    }

    /// A codec of `palinode.Definition`, registered as `schema`.
    ///
    /// # Errors
    /// Never for our own text; a test holds it to that.
    pub fn codec(schema: SchemaId) -> Result<RecordCodec, crate::avro::CompileError> {
        RecordCodec::new(crate::own::DEFINITION.text, schema)
    }
}
