//! Compatibility of a schema with those of a subject.

use super::{Deleted, LookUp, State};
use crate::limits::MESSAGE_SCHEMA_CHARS_MAX;
use crate::schema::Parsed;
use crate::{Error, Level, Result, SchemaId, Submission, VersionNumber, WantedVersion};

impl State {
    /// What speaks against the schema, beside one version of the subject or beside those that its level looks at.
    pub(crate) fn objections(
        &self,
        subject: &str,
        against: Option<WantedVersion>,
        schema: &Submission,
        look_up: LookUp,
    ) -> Result<Vec<String>> {
        let versions: Vec<_> = match against {
            None => self.earlier(subject),
            // A subject without versions objects to nothing; a version that does not exist is an error all the same.
            Some(WantedVersion::Latest) => self.earlier(subject).into_iter().last().into_iter().collect(),
            Some(WantedVersion::Number(number)) => {
                let mut earlier = self.earlier(subject);
                earlier.retain(|(version, _)| *version == number);
                if earlier.is_empty() {
                    return Err(Error::VersionNotFound(super::look_up::number(WantedVersion::Number(
                        number,
                    ))));
                }
                earlier
            }
        };
        let new = self.compiled(&self.prepared(subject, schema, look_up.normalize)?, Deleted::Hidden)?;
        self.messages(self.config_in_force(subject).level(), &versions, &new)
    }

    /// The versions that a new one is compared with, oldest first.
    pub(super) fn earlier(&self, subject: &str) -> Vec<(VersionNumber, SchemaId)> {
        let entries = self.entries(subject, Deleted::Hidden);
        entries.map(|(version, entry)| (version, entry.id)).collect()
    }

    /// Compares with the newest of the versions first, and stops at the first one that the schema does not go with.
    pub(super) fn messages(
        &self,
        level: Level,
        versions: &[(VersionNumber, SchemaId)],
        new: &Parsed,
    ) -> Result<Vec<String>> {
        let looked_at = if level.is_transitive() { versions.len() } else { 1 };
        for (version, id) in versions.iter().rev().take(looked_at) {
            let earlier = self.schema(*id)?;
            let mut messages = self.differences(level, earlier, new)?;
            if !messages.is_empty() {
                let shown: String = earlier.text.chars().take(MESSAGE_SCHEMA_CHARS_MAX).collect();
                messages.push(format!("{{oldSchemaVersion: {version}}}"));
                messages.push(format!("{{oldSchema: '{shown}'}}"));
                messages.push(format!("{{compatibility: '{}'}}", level.name()));
                return Ok(messages);
            }
        }
        Ok(Vec::new())
    }

    fn differences(&self, level: Level, earlier: &Submission, new: &Parsed) -> Result<Vec<String>> {
        if level != Level::None && earlier.language() != Submission::AVRO {
            return Ok(vec!["incompatible because of another schema type".to_owned()]);
        }
        level.objections(&self.compiled(earlier, Deleted::Included)?, new)
    }
}
