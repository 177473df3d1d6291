//! Schemas that use the types of others.

use std::collections::BTreeSet;

use super::{Deleted, State};
use crate::canonical;
use crate::limits::REFERENCES_MAX;
use crate::schema::Parsed;
use crate::{Error, Reference, Result, SchemaId, Submission, VersionNumber};

impl State {
    /// The schema as it is registered or looked for: worth parsing, normalised where that is asked for, and with the
    /// numbers of the versions that its references name as the latest ones.
    pub(super) fn prepared(&self, subject: &str, schema: &Submission, normalize: bool) -> Result<Submission> {
        schema.check()?;
        let mut schema = schema.clone();
        for reference in &mut schema.references {
            if reference.version < 0
                && let Some((latest, _)) = self.entries(&reference.subject, Deleted::Hidden).next_back()
            {
                reference.version = i32::try_from(latest).unwrap_or(i32::MAX);
            }
        }
        if normalize || self.config_in_force(subject).normalize == Some(true) {
            return canonical::normalized(&schema);
        }
        Ok(schema)
    }

    /// The schema with everything that it refers to.
    pub(super) fn compiled(&self, schema: &Submission, deleted: Deleted) -> Result<Parsed> {
        schema.parse(&self.referenced(&schema.references, deleted)?)
    }

    /// The texts of everything that is referred to, directly or by way of others, each once. What those refer to may
    /// have been deleted since.
    pub(super) fn referenced(&self, references: &[Reference], deleted: Deleted) -> Result<Vec<&str>> {
        let (mut known, mut texts) = (BTreeSet::new(), Vec::new());
        let mut open: Vec<(&Reference, Deleted)> = references.iter().map(|reference| (reference, deleted)).collect();
        while let Some((reference, deleted)) = open.pop() {
            let id = self.referenced_id(reference, deleted)?;
            if known.insert(id) {
                let schema = self.schema(id)?;
                texts.push(schema.text.as_str());
                open.extend(schema.references.iter().map(|reference| (reference, Deleted::Included)));
            }
            if known.len() > REFERENCES_MAX {
                return Err(Error::AboveLimit {
                    what: "referenced schemas",
                    limit: REFERENCES_MAX,
                });
            }
        }
        Ok(texts)
    }

    fn referenced_id(&self, reference: &Reference, deleted: Deleted) -> Result<SchemaId> {
        let Reference { name, subject, version } = reference;
        let mut entries = self.entries(subject, deleted);
        let found = match VersionNumber::try_from(*version) {
            Ok(number) => entries.find(|(version, _)| *version == number),
            Err(_) => entries.next_back(),
        };
        found.map(|(_, entry)| entry.id).ok_or_else(|| {
            Error::InvalidSchema(format!(
                "no schema reference found for subject \"{subject}\" and version {version}, which is to define {name}"
            ))
        })
    }

    /// The schemas that refer to a version. Deleted ones count if they are asked for.
    pub(crate) fn referrers(&self, subject: &str, version: VersionNumber, deleted: Deleted) -> Result<Vec<SchemaId>> {
        let refers = |schema: &Submission| {
            schema.references.iter().any(|reference| {
                reference.subject == subject && VersionNumber::try_from(reference.version) == Ok(version)
            })
        };
        let mut referrers = Vec::new();
        for (id, stored) in &self.schemas {
            if refers(&stored.schema) && self.places(*id, deleted)?.next().is_some() {
                referrers.push(*id);
            }
        }
        Ok(referrers)
    }
}
