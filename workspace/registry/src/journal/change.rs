//! What the records say, and how it is written in Confluent's format.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::{Config, Mode, SchemaId, Submission, VersionNumber};

/// Something that becomes true. A subject of none is the whole registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// A version of a subject is this schema.
    VersionSet {
        subject: String,
        version: VersionNumber,
        id: SchemaId,
        schema: Submission,
        deleted: bool,
    },
    /// A version is gone for good.
    VersionErased { subject: String, version: VersionNumber },
    /// The versions of a subject up to this one are deleted.
    SubjectDeleted { subject: String, version: VersionNumber },
    /// What was deleted in a subject is gone for good.
    SubjectCleared { subject: Option<String> },
    /// How registrations are judged; none: as the global config says, or the default.
    ConfigSet {
        subject: Option<String>,
        config: Option<Config>,
    },
    /// What may be done; none: what the global mode says, or the default.
    ModeSet {
        subject: Option<String>,
        mode: Option<Mode>,
    },
}

#[derive(Serialize, Deserialize)]
struct Key {
    keytype: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<VersionNumber>,
    #[serde(default)]
    magic: u8,
}

#[derive(Serialize, Deserialize)]
struct VersionValue {
    subject: String,
    version: VersionNumber,
    id: SchemaId,
    #[serde(flatten)]
    schema: Submission,
    #[serde(default)]
    deleted: bool,
}

#[derive(Serialize, Deserialize)]
struct SubjectValue {
    subject: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct DeletedValue {
    subject: String,
    version: VersionNumber,
}

#[derive(Serialize, Deserialize)]
struct ConfigValue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(flatten)]
    config: Config,
}

#[derive(Serialize, Deserialize)]
struct ModeValue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    mode: Mode,
}

impl Change {
    /// What a record says. None when it is of a kind that has no meaning here: contexts, associations, marks of other
    /// registries.
    ///
    /// # Errors
    /// When it is not a registry's.
    pub(crate) fn of(record: &Record) -> serde_json::Result<Option<Change>> {
        let key: Key = serde_json::from_slice(&record.key)?;
        let value = record.value.as_deref();
        Ok(match (key.keytype.as_str(), value) {
            ("SCHEMA", Some(value)) => Some(Change::version(serde_json::from_slice(value)?)),
            ("SCHEMA", None) => {
                let place = key.subject.zip(key.version);
                place.map(|(subject, version)| Change::VersionErased { subject, version })
            }
            ("DELETE_SUBJECT", Some(value)) => {
                let DeletedValue { subject, version } = serde_json::from_slice(value)?;
                Some(Change::SubjectDeleted { subject, version })
            }
            ("CLEAR_SUBJECT", Some(_)) => Some(Change::SubjectCleared { subject: key.subject }),
            ("CONFIG", value) => {
                let value: Option<ConfigValue> = value.map(serde_json::from_slice).transpose()?;
                Some(Change::ConfigSet {
                    subject: key.subject,
                    config: value.map(|value| value.config),
                })
            }
            ("MODE", value) => {
                let value: Option<ModeValue> = value.map(serde_json::from_slice).transpose()?;
                Some(Change::ModeSet {
                    subject: key.subject,
                    mode: value.map(|value| value.mode),
                })
            }
            _ => None,
        })
    }

    fn version(mut value: VersionValue) -> Change {
        // Avro is what a schema is in when nothing is said.
        value
            .schema
            .schema_type
            .take_if(|language| language == Submission::AVRO);
        Change::VersionSet {
            subject: value.subject,
            version: value.version,
            id: value.id,
            schema: value.schema,
            deleted: value.deleted,
        }
    }

    /// The record that says this.
    ///
    /// # Errors
    /// Never for values of these types; JSON's writer has the type.
    pub(crate) fn record(&self) -> serde_json::Result<Record> {
        Ok(Record {
            key: serde_json::to_vec(&self.key())?,
            value: self.value()?,
        })
    }

    fn key(&self) -> Key {
        let (keytype, subject, version, magic) = match self {
            Change::VersionSet { subject, version, .. } | Change::VersionErased { subject, version } => {
                ("SCHEMA", Some(subject), Some(*version), 1)
            }
            Change::SubjectDeleted { subject, .. } => ("DELETE_SUBJECT", Some(subject), None, 0),
            Change::SubjectCleared { subject } => ("CLEAR_SUBJECT", subject.as_ref(), None, 0),
            Change::ConfigSet { subject, .. } => ("CONFIG", subject.as_ref(), None, 0),
            Change::ModeSet { subject, .. } => ("MODE", subject.as_ref(), None, 0),
        };
        Key {
            keytype: keytype.to_owned(),
            subject: subject.cloned(),
            version,
            magic,
        }
    }

    fn value(&self) -> serde_json::Result<Option<Vec<u8>>> {
        let value = match self.clone() {
            Change::VersionSet {
                subject,
                version,
                id,
                schema,
                deleted,
            } => serde_json::to_vec(&VersionValue {
                subject,
                version,
                id,
                schema,
                deleted,
            }),
            Change::SubjectDeleted { subject, version } => serde_json::to_vec(&DeletedValue { subject, version }),
            Change::SubjectCleared { subject } => serde_json::to_vec(&SubjectValue { subject }),
            Change::ConfigSet {
                subject,
                config: Some(config),
            } => serde_json::to_vec(&ConfigValue { subject, config }),
            Change::ModeSet {
                subject,
                mode: Some(mode),
            } => serde_json::to_vec(&ModeValue { subject, mode }),
            Change::VersionErased { .. } | Change::ConfigSet { .. } | Change::ModeSet { .. } => return Ok(None),
        };
        value.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Reference};

    fn written(change: &Change) -> (String, Option<String>) {
        let Record { key, value } = change.record().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(key), value.map(text))
    }

    /// A change of each kind, with its key and value in Confluent's format.
    fn changes() -> Vec<(Change, &'static str, Option<&'static str>)> {
        let mut schema = Submission::of("\"s.T\"");
        schema.references.push(Reference {
            name: "s.T".to_owned(),
            subject: "t".to_owned(),
            version: 2,
        });
        let config = Config {
            compatibility_level: Some(Level::Full),
            ..Config::default()
        };
        let subject = || "a".to_owned();
        vec![
            (
                Change::VersionSet {
                    subject: subject(),
                    version: 3,
                    id: 7,
                    schema,
                    deleted: true,
                },
                r#"{"keytype":"SCHEMA","subject":"a","version":3,"magic":1}"#,
                Some(
                    r#"{"subject":"a","version":3,"id":7,"schema":"\"s.T\"","references":[{"name":"s.T","subject":"t","version":2}],"deleted":true}"#,
                ),
            ),
            (
                Change::VersionErased {
                    subject: subject(),
                    version: 3,
                },
                r#"{"keytype":"SCHEMA","subject":"a","version":3,"magic":1}"#,
                None,
            ),
            (
                Change::SubjectDeleted {
                    subject: subject(),
                    version: 3,
                },
                r#"{"keytype":"DELETE_SUBJECT","subject":"a","magic":0}"#,
                Some(r#"{"subject":"a","version":3}"#),
            ),
            (
                Change::SubjectCleared {
                    subject: Some(subject()),
                },
                r#"{"keytype":"CLEAR_SUBJECT","subject":"a","magic":0}"#,
                Some(r#"{"subject":"a"}"#),
            ),
            (
                Change::ConfigSet {
                    subject: Some(subject()),
                    config: Some(config.clone()),
                },
                r#"{"keytype":"CONFIG","subject":"a","magic":0}"#,
                Some(r#"{"subject":"a","compatibilityLevel":"FULL"}"#),
            ),
            (
                Change::ConfigSet {
                    subject: None,
                    config: Some(config),
                },
                r#"{"keytype":"CONFIG","magic":0}"#,
                Some(r#"{"compatibilityLevel":"FULL"}"#),
            ),
            (
                Change::ModeSet {
                    subject: None,
                    mode: Some(Mode::Import),
                },
                r#"{"keytype":"MODE","magic":0}"#,
                Some(r#"{"mode":"IMPORT"}"#),
            ),
            (
                Change::ModeSet {
                    subject: Some(subject()),
                    mode: None,
                },
                r#"{"keytype":"MODE","subject":"a","magic":0}"#,
                None,
            ),
        ]
    }

    #[test]
    fn every_change_is_written_and_read_in_confluents_format() {
        for (change, key, value) in changes() {
            assert_eq!(written(&change), (key.to_owned(), value.map(str::to_owned)));
            assert_eq!(Change::of(&change.record().unwrap()).unwrap(), Some(change));
        }
    }
}
