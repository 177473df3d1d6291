//! What people ask of sagas, as it stands on `palinode.control`.

use palinode_core::{DefinitionName, Payload, SagaKey, SchemaId, StepName};
use serde::{Deserialize, Serialize};

use crate::{
    Schemas, own,
    typed::{self, Error, RecordCodec},
};

/// The topic, without the application's prefix.
pub const TOPIC: &str = "palinode.control";

/// A person decided what a step asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionMade {
    /// The definition that the saga follows.
    pub definition: DefinitionName,
    /// The key of the saga; the record's key as well.
    pub saga: SagaKey,
    /// The step that asks.
    pub step: StepName,
    /// The name of the option that was chosen.
    pub option: String,
    /// Who decided.
    pub by: String,
    /// What they said to it.
    pub note: Option<String>,
}

impl DecisionMade {
    /// The record with its frame; `schema` is the id of [`own::DECISION_MADE`].
    ///
    /// # Errors
    /// Never for our own text; a test holds it to that.
    pub fn encode(&self, schema: SchemaId) -> Result<Vec<u8>, Error> {
        codec(schema)?.encode(self)
    }

    /// Reads the record, whatever version of its schema it was written with.
    ///
    /// # Errors
    /// When the schema is not known or the bytes are no decision.
    pub fn read(payload: &Payload, schemas: &Schemas) -> Result<Self, Error> {
        let unknown = || Error::Serde(format!("the schema {} is not known here", payload.schema.0));
        let writer = schemas.shape(payload.schema).ok_or_else(unknown)?;
        typed::from_bytes(&payload.bytes, writer, None)
    }
}

fn codec(schema: SchemaId) -> Result<RecordCodec, Error> {
    RecordCodec::new(own::DECISION_MADE.text, schema).map_err(|error| Error::Serde(error.to_string()))
}

#[cfg(test)]
mod tests {
    use palinode_core::{Payload, SchemaId};

    use super::DecisionMade;
    use crate::{Schemas, frame, own};

    #[test]
    fn a_decision_is_read_as_it_was_written() {
        let decision = DecisionMade {
            definition: "order-fulfilment".into(),
            saga: "o-1".into(),
            step: "approval".into(),
            option: "approve".into(),
            by: "ann".into(),
            note: Some("looks right".into()),
        };
        let mut schemas = Schemas::default();
        schemas.add(SchemaId(7), own::DECISION_MADE.text).unwrap();
        let framed = decision.encode(SchemaId(7)).unwrap().into();
        let (schema, bytes) = frame::split(&framed).unwrap();
        assert_eq!(
            DecisionMade::read(&Payload { schema, bytes }, &schemas).unwrap(),
            decision
        );
    }
}
