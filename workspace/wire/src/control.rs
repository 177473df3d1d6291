//! What people ask of sagas, as it stands on `palinode.control`.

use palinode_core::{DefinitionName, Migration, Payload, SagaKey, SchemaId, StepName};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Schemas,
    own::{self, OwnSchema},
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
        codec(own::DECISION_MADE, schema)?.encode(self)
    }

    /// Reads the record, whatever version of its schema it was written with.
    ///
    /// # Errors
    /// When the schema is not known or the bytes are no decision.
    pub fn read(payload: &Payload, schemas: &Schemas) -> Result<Self, Error> {
        read(payload, schemas)
    }
}

/// A saga is to go on with another version of its definition, or to return to the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationRequested {
    /// The definition that the saga follows.
    pub definition: DefinitionName,
    /// The key of the saga; the record's key as well.
    pub saga: SagaKey,
    /// The version that the plan leads from.
    pub from_version: u32,
    /// The version that the plan leads to.
    pub to_version: u32,
    /// The plan, as [`MigrationRequested::plan`] writes it; none takes the migration back.
    pub plan: Option<String>,
    /// Who asked for it.
    pub by: String,
}

impl MigrationRequested {
    /// The text of a plan.
    ///
    /// # Errors
    /// Never for a plan that was read from a file; a test holds it to that.
    pub fn plan(migration: &Migration) -> Result<String, Error> {
        serde_json::to_string(migration).map_err(|error| Error::Serde(error.to_string()))
    }

    /// The plan; none when the migration is to be taken back.
    ///
    /// # Errors
    /// When it is no plan from the one version to the other.
    pub fn migration(&self) -> Result<Option<Migration>, Error> {
        let Some(text) = &self.plan else { return Ok(None) };
        let migration: Migration = serde_json::from_str(text).map_err(|error| Error::Serde(error.to_string()))?;
        if (migration.from, migration.to) == (self.from_version, self.to_version) {
            Ok(Some(migration))
        } else {
            Err(Error::Serde("the plan is one for other versions".into()))
        }
    }

    /// The record with its frame; `schema` is the id of [`own::MIGRATION_REQUESTED`].
    ///
    /// # Errors
    /// Never for our own text; a test holds it to that.
    pub fn encode(&self, schema: SchemaId) -> Result<Vec<u8>, Error> {
        codec(own::MIGRATION_REQUESTED, schema)?.encode(self)
    }

    /// Reads the record, whatever version of its schema it was written with.
    ///
    /// # Errors
    /// When the schema is not known or the bytes are no such record.
    pub fn read(payload: &Payload, schemas: &Schemas) -> Result<Self, Error> {
        read(payload, schemas)
    }
}

fn read<T: DeserializeOwned>(payload: &Payload, schemas: &Schemas) -> Result<T, Error> {
    let unknown = || Error::Serde(format!("the schema {} is not known here", payload.schema.0));
    let writer = schemas.shape(payload.schema).ok_or_else(unknown)?;
    typed::from_bytes(&payload.bytes, writer, None)
}

fn codec(own: OwnSchema, schema: SchemaId) -> Result<RecordCodec, Error> {
    RecordCodec::new(own.text, schema).map_err(|error| Error::Serde(error.to_string()))
}

#[cfg(test)]
mod tests {
    use palinode_core::{DefaultValue, FieldDefault, Migration, Payload, Rename, SchemaId};

    use super::{DecisionMade, MigrationRequested};
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

    #[test]
    fn a_migration_is_read_as_it_was_written() {
        let migration = Migration {
            from: 1,
            to: 2,
            renames: vec![Rename {
                was: "approval".into(),
                is: "release".into(),
            }],
            passed_over: vec!["fraud".into()],
            defaults: vec![FieldDefault {
                path: "start.gift".into(),
                value: DefaultValue::Boolean(false),
            }],
        };
        let request = |plan| MigrationRequested {
            definition: "order-fulfilment".into(),
            saga: "o-1".into(),
            from_version: 1,
            to_version: 2,
            plan,
            by: "ann".into(),
        };
        let mut schemas = Schemas::default();
        schemas.add(SchemaId(7), own::MIGRATION_REQUESTED.text).unwrap();
        let there = request(Some(MigrationRequested::plan(&migration).unwrap()));
        for (request, plan) in [(there, Some(migration)), (request(None), None)] {
            let framed = request.encode(SchemaId(7)).unwrap().into();
            let (schema, bytes) = frame::split(&framed).unwrap();
            let read = MigrationRequested::read(&Payload { schema, bytes }, &schemas).unwrap();
            assert_eq!(read, request);
            assert_eq!(read.migration().unwrap(), plan);
            assert!(plan.is_none() || MigrationRequested { to_version: 3, ..read }.migration().is_err());
        }
    }
}
