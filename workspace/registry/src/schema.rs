//! A schema as it is submitted: its text, what it refers to, and when two of them are the same.

use apache_avro::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::SCHEMA_BYTES_MAX;
use crate::{Error, Result, VersionNumber};

/// A schema's text and the registered schemas whose names it uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
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
    /// The version in that subject.
    pub version: VersionNumber,
}

/// What makes two submissions the same schema: the JSON without white space and with its attributes in order, and the
/// references. Documentation and defaults belong to it, as they do for Confluent's registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    canonical_text: String,
    references: Vec<Reference>,
}

impl Submission {
    /// A schema that refers to no other.
    pub fn of(text: impl Into<String>) -> Submission {
        Submission {
            text: text.into(),
            references: Vec::new(),
        }
    }

    pub(crate) fn identity(&self) -> Result<Identity> {
        if self.text.len() > SCHEMA_BYTES_MAX {
            return Err(Error::AboveLimit {
                what: "bytes of schema text",
                limit: SCHEMA_BYTES_MAX,
            });
        }
        let value: Value = serde_json::from_str(&self.text).map_err(|error| Error::InvalidSchema(error.to_string()))?;
        let mut canonical_text = String::with_capacity(self.text.len());
        write_canonical(&value, &mut canonical_text);
        let mut references = self.references.clone();
        references.sort();
        Ok(Identity {
            canonical_text,
            references,
        })
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

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            write_list(text, ['{', '}'], members, |(name, value), text| {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            });
        }
        Value::Array(items) => write_list(text, ['[', ']'], items, write_canonical),
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_list<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(T, &mut String),
) {
    text.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_order_of_attributes_do_not_matter() {
        let one = Submission::of(r#"{"type": "fixed", "name": "A", "size": 4}"#);
        let other = Submission::of("{\"name\":\"A\",\n\"size\":4,\"type\":\"fixed\"}");

        assert_eq!(one.identity().unwrap(), other.identity().unwrap());
    }

    #[test]
    fn documentation_matters() {
        let one = Submission::of(r#"{"type":"fixed","name":"A","size":4}"#);
        let other = Submission::of(r#"{"type":"fixed","name":"A","size":4,"doc":"four"}"#);

        assert_ne!(one.identity().unwrap(), other.identity().unwrap());
    }

    #[test]
    fn a_schema_above_the_limit_is_refused() {
        let submission = Submission::of(" ".repeat(SCHEMA_BYTES_MAX + 1));

        assert!(matches!(submission.identity(), Err(Error::AboveLimit { .. })));
    }
}
