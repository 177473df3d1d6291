//! A schema as it is submitted: its text, what it refers to, and what the text means.

use apache_avro::Schema;
use serde::{Deserialize, Serialize};

use crate::limits::SCHEMA_BYTES_MAX;
use crate::{Error, Result};

/// A schema's text and the registered schemas whose names it uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// The language of the text; none for Avro. Others are served when another registry has written them, and never
    /// accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_type: Option<String>,
    /// The Avro schema as JSON text.
    #[serde(rename = "schema")]
    pub text: String,
    /// What the text refers to by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// A registered schema whose type another schema uses by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The full name of the type.
    pub name: String,
    /// The subject where it is registered.
    pub subject: String,
    /// The version in that subject; −1 is the latest one.
    pub version: i32,
}

impl Submission {
    /// The name of the language that the registry understands.
    pub(crate) const AVRO: &'static str = "AVRO";

    /// A schema that refers to no other.
    pub fn of(text: impl Into<String>) -> Submission {
        Submission {
            schema_type: None,
            text: text.into(),
            references: Vec::new(),
        }
    }

    /// The language of the text.
    pub(crate) fn language(&self) -> &str {
        self.schema_type.as_deref().unwrap_or(Submission::AVRO)
    }

    /// Refuses a text that is not worth parsing.
    pub(crate) fn check(&self) -> Result<()> {
        if self.language() != Submission::AVRO {
            return Err(Error::InvalidSchema(format!(
                "this registry knows AVRO only, not {}",
                self.language()
            )));
        }
        if self.text.trim().is_empty() {
            return Err(Error::InvalidSchema("the schema is empty".to_owned()));
        }
        if self.text.len() > SCHEMA_BYTES_MAX {
            return Err(Error::SchemaTooLarge);
        }
        Ok(())
    }

    /// Parses the text; `referenced` are the texts of everything that it refers to, directly or not.
    pub(crate) fn parse(&self, referenced: &[&str]) -> Result<Parsed> {
        Schema::parse_str_with_list(&self.text, referenced)
            .map(|(schema, referenced)| Parsed { schema, referenced })
            .map_err(|error| Error::InvalidSchema(error.to_string()))
    }
}

/// A schema and the others whose types it names.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) schema: Schema,
    pub(crate) referenced: Vec<Schema>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_worth_parsing_is_refused() {
        let protobuf = Submission {
            schema_type: Some("PROTOBUF".to_owned()),
            ..Submission::of("syntax = \"proto3\";")
        };

        assert!(matches!(protobuf.check(), Err(Error::InvalidSchema(_))));
        assert!(matches!(Submission::of(" ").check(), Err(Error::InvalidSchema(_))));
        assert!(matches!(
            Submission::of("x".repeat(SCHEMA_BYTES_MAX + 1)).check(),
            Err(Error::SchemaTooLarge)
        ));
        assert!(Submission::of("\"string\"").check().is_ok());
    }
}
