//! Registering a schema in a subject.

use super::{Deleted, Entry, State};
use crate::canonical::Identity;
use crate::journal::Change;
use crate::limits::{SUBJECT_BYTES_MAX, SUBJECTS_MAX, VERSIONS_MAX};
use crate::schema::Parsed;
use crate::{Error, Result, SchemaId, Submission, Version, VersionNumber};

/// Names that Confluent's registry keeps for itself.
const RESERVED: [&str; 2] = ["__GLOBAL", "__EMPTY"];

/// What is to be registered, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The schema.
    pub schema: Submission,
    /// The id that it must have; allowed in import mode.
    pub id: Option<SchemaId>,
    /// The version that it must become; outside of import mode only the next one.
    pub version: Option<VersionNumber>,
    /// Whether the schema is normalised first. A config may ask for that, too.
    pub normalize: bool,
    /// Whether earlier versions are not looked at.
    pub force: bool,
}

impl Registration {
    /// A plain registration.
    pub fn of(schema: Submission) -> Registration {
        Registration {
            schema,
            id: None,
            version: None,
            normalize: false,
            force: false,
        }
    }
}

impl State {
    /// What registering changes, and which version the schema is then. A schema that the subject has already changes
    /// nothing, whatever the mode.
    pub(crate) fn registration(&self, subject: &str, wanted: &Registration) -> Result<(Vec<Change>, VersionNumber)> {
        self.check_subject(subject)?;
        let schema = self.prepared(subject, &wanted.schema, wanted.normalize)?;
        let parsed = self.compiled(&schema, Deleted::Hidden)?;
        if let Some(existing) = self.existing(subject, &schema, Deleted::Hidden)?
            && suits(&existing, wanted)
        {
            return Ok((Vec::new(), existing.version));
        }
        self.check_mode(subject, wanted)?;
        let version = self.new_version(subject, wanted)?;
        let id = self.new_id(&schema, wanted.id)?;
        if !wanted.force && !self.mode_in_force(subject).takes_ids() {
            self.check_compatible(subject, &parsed)?;
        }
        let mut changes = self.replaced(subject, version, id)?;
        // An id means one text, though another may be spelt differently.
        let schema = self.schemas.get(&id).map_or(schema, |stored| stored.schema.clone());
        changes.push(Change::VersionSet {
            subject: subject.to_owned(),
            version,
            id,
            schema,
            deleted: false,
        });
        Ok((changes, version))
    }

    pub(super) fn check_subject(&self, subject: &str) -> Result<()> {
        if subject.is_empty() || RESERVED.contains(&subject) || subject.chars().any(char::is_control) {
            return Err(Error::InvalidSubject(subject.to_owned()));
        }
        let above = |what, limit| Err(Error::AboveLimit { what, limit });
        if subject.len() > SUBJECT_BYTES_MAX {
            return above("bytes of the subject's name", SUBJECT_BYTES_MAX);
        }
        let scope = Some(subject.to_owned());
        let is_known =
            self.subjects.contains_key(subject) || self.configs.contains_key(&scope) || self.modes.contains_key(&scope);
        let known = self.subjects.len().max(self.configs.len()).max(self.modes.len());
        if !is_known && known >= SUBJECTS_MAX {
            return above("subjects", SUBJECTS_MAX);
        }
        Ok(())
    }

    fn check_mode(&self, subject: &str, wanted: &Registration) -> Result<()> {
        let mode = self.mode_in_force(subject);
        let refused = match wanted.id {
            _ if mode.is_read_only() => "nothing is registered",
            None if mode.takes_ids() => "schemas bring their ids",
            Some(_) if !mode.takes_ids() => "the registry gives the ids",
            _ => return Ok(()),
        };
        Err(Error::ModeForbids {
            subject: subject.to_owned(),
            mode,
            refused,
        })
    }

    fn new_version(&self, subject: &str, wanted: &Registration) -> Result<VersionNumber> {
        let last = self.entries(subject, Deleted::Included).next_back();
        let next = last.map_or(1, |(version, _)| version.saturating_add(1));
        if self.entries(subject, Deleted::Included).count() >= VERSIONS_MAX {
            return Err(Error::AboveLimit {
                what: "versions in the subject",
                limit: VERSIONS_MAX,
            });
        }
        match wanted.version {
            Some(version) if version != next && !self.mode_in_force(subject).takes_ids() => Err(Error::InvalidSchema(
                format!("version {version} is not one more than the previous one: {next} is next"),
            )),
            wanted => Ok(wanted.unwrap_or(next)),
        }
    }

    fn new_id(&self, schema: &Submission, wanted: Option<SchemaId>) -> Result<SchemaId> {
        let identity = Identity::of(schema);
        match wanted {
            Some(id) => match self.schemas.get(&id) {
                Some(stored) if stored.identity != identity => Err(Error::IdTaken(id)),
                _ => Ok(id),
            },
            None => Ok(self.ids.get(&identity).copied().unwrap_or(self.id_max + 1)),
        }
    }

    fn check_compatible(&self, subject: &str, new: &Parsed) -> Result<()> {
        let messages = self.messages(self.config_in_force(subject).level(), &self.earlier(subject), new)?;
        if messages.is_empty() {
            return Ok(());
        }
        Err(Error::Incompatible {
            subject: subject.to_owned(),
            messages,
        })
    }

    /// Deleted versions of the same schema give way to the new one, unless somebody refers to them.
    fn replaced(&self, subject: &str, version: VersionNumber, id: SchemaId) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        let same = |(deleted, entry): &(VersionNumber, Entry)| entry.id == id && *deleted < version;
        for (deleted, _) in self.entries(subject, Deleted::Only).filter(same) {
            if self.referrers(subject, deleted, Deleted::Included)?.is_empty() {
                changes.push(Change::VersionErased {
                    subject: subject.to_owned(),
                    version: deleted,
                });
            }
        }
        Ok(changes)
    }
}

fn suits(existing: &Version, wanted: &Registration) -> bool {
    let id_suits = wanted.id.is_none_or(|id| id == existing.id);
    match wanted.version {
        None => id_suits,
        Some(version) => version == existing.version && wanted.id == Some(existing.id),
    }
}
