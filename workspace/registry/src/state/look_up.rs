//! Questions.

use std::collections::BTreeMap;

use super::{Entry, Place, State};
use crate::canonical::{self, Identity};
use crate::guid::guid;
use crate::{Error, Result, SchemaId, Submission, Version, VersionNumber, WantedVersion};

/// Whether versions count that were deleted, though not for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// They do not.
    #[default]
    Hidden,
    /// They do.
    Included,
    /// Only they do.
    Only,
}

impl Deleted {
    fn shows(self, entry: &Entry) -> bool {
        match self {
            Deleted::Hidden => !entry.deleted,
            Deleted::Included => true,
            Deleted::Only => entry.deleted,
        }
    }
}

/// How a schema is looked for in a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LookUp {
    /// Whether the schema is normalised first. A config may ask for that, too.
    pub normalize: bool,
    /// Which versions count.
    pub deleted: Deleted,
}

impl State {
    pub(crate) fn subjects(&self, deleted: Deleted) -> impl Iterator<Item = &String> {
        let shown = self
            .subjects
            .iter()
            .filter(move |(_, versions)| versions.values().any(|entry| deleted.shows(entry)));
        shown.map(|(subject, _)| subject)
    }

    /// The versions of a subject that count, which may be none.
    pub(super) fn entries(
        &self,
        subject: &str,
        deleted: Deleted,
    ) -> impl DoubleEndedIterator<Item = (VersionNumber, Entry)> {
        let versions = self.subjects.get(subject).into_iter().flatten();
        versions
            .filter(move |(_, entry)| deleted.shows(entry))
            .map(|(version, entry)| (*version, *entry))
    }

    pub(super) fn has(&self, subject: &str, deleted: Deleted) -> bool {
        self.entries(subject, deleted).next().is_some()
    }

    /// # Errors
    /// When no version of the subject counts. Only deleted ones may be asked for where there are none.
    pub(crate) fn versions(&self, subject: &str, deleted: Deleted) -> Result<Vec<VersionNumber>> {
        let exists = match deleted {
            Deleted::Only => Deleted::Included,
            other => other,
        };
        if !self.has(subject, exists) {
            return Err(Error::SubjectNotFound(subject.to_owned()));
        }
        Ok(self.entries(subject, deleted).map(|(version, _)| version).collect())
    }

    pub(crate) fn version(&self, subject: &str, wanted: WantedVersion, deleted: Deleted) -> Result<Version> {
        let found = match wanted {
            WantedVersion::Latest => self.entries(subject, Deleted::Hidden).next_back(),
            WantedVersion::Number(number) => self.entries(subject, deleted).find(|(version, _)| *version == number),
        };
        match found {
            Some((version, entry)) => self.shown(subject, version, entry),
            None if !self.has(subject, deleted) => Err(Error::SubjectNotFound(subject.to_owned())),
            None => Err(Error::VersionNotFound(number(wanted))),
        }
    }

    pub(super) fn shown(&self, subject: &str, version: VersionNumber, entry: Entry) -> Result<Version> {
        let schema = self.schema(entry.id)?.clone();
        Ok(Version {
            subject: subject.to_owned(),
            version,
            id: entry.id,
            guid: guid(&schema),
            schema,
            deleted: entry.deleted,
        })
    }

    pub(crate) fn schema(&self, id: SchemaId) -> Result<&Submission> {
        let stored = self.schemas.get(&id).ok_or_else(|| Error::IdNotFound(id.to_string()))?;
        Ok(&stored.schema)
    }

    pub(crate) fn id_max(&self) -> SchemaId {
        self.id_max
    }

    /// The schema with this GUID, and its id. GUIDs are worked out when they are asked for, which is rare.
    pub(crate) fn by_guid(&self, wanted: &str) -> Result<(SchemaId, &Submission)> {
        let mut schemas = self.schemas.iter().map(|(id, stored)| (*id, &stored.schema));
        schemas
            .find(|(_, schema)| guid(schema) == wanted)
            .ok_or_else(|| Error::IdNotFound(wanted.to_owned()))
    }

    pub(crate) fn places(&self, id: SchemaId, deleted: Deleted) -> Result<impl Iterator<Item = &Place>> {
        let stored = self.schemas.get(&id).ok_or(Error::SchemaNotFound)?;
        Ok(stored.places.iter().filter(move |place| {
            let versions = self.subjects.get(&place.subject);
            versions
                .and_then(|versions: &BTreeMap<_, _>| versions.get(&place.version))
                .is_some_and(|entry| deleted.shows(entry))
        }))
    }

    pub(crate) fn find(&self, subject: &str, schema: &Submission, look_up: LookUp) -> Result<Version> {
        let schema = self.prepared(subject, schema, look_up.normalize)?;
        self.compiled(&schema, look_up.deleted)?;
        match self.existing(subject, &schema, look_up.deleted)? {
            Some(found) => Ok(found),
            None if !self.has(subject, look_up.deleted) => Err(Error::SubjectNotFound(subject.to_owned())),
            None => Err(Error::SchemaNotFound),
        }
    }

    /// The newest version that is this schema, or is this schema but for its references' types being defined in place.
    pub(super) fn existing(&self, subject: &str, schema: &Submission, deleted: Deleted) -> Result<Option<Version>> {
        let identity = Identity::of(schema);
        for (version, entry) in self.entries(subject, deleted).rev() {
            if self
                .schemas
                .get(&entry.id)
                .is_some_and(|stored| stored.identity == identity)
            {
                return self.shown(subject, version, entry).map(Some);
            }
        }
        if !schema.references.is_empty() {
            return Ok(None);
        }
        let wanted = canonical::self_contained(&schema.text, &[])?;
        for (version, entry) in self.entries(subject, deleted).rev() {
            let known = self.schema(entry.id)?;
            if !known.references.is_empty()
                && canonical::self_contained(&known.text, &self.referenced(&known.references, Deleted::Included)?)?
                    == wanted
            {
                return self.shown(subject, version, entry).map(Some);
            }
        }
        Ok(None)
    }
}

/// How a version is written where it is not found.
pub(super) fn number(wanted: WantedVersion) -> i32 {
    match wanted {
        WantedVersion::Latest => -1,
        WantedVersion::Number(number) => i32::try_from(number).unwrap_or(i32::MAX),
    }
}
