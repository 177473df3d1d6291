//! What is registered: ids, subjects, versions and levels. Pure: a change is worked out first and applied then.

use std::collections::{BTreeMap, BTreeSet};

use apache_avro::Schema;
use serde::{Deserialize, Serialize};

use crate::inline::inlined;
use crate::limits::{REFERENCES_MAX, SUBJECT_BYTES_MAX, SUBJECTS_MAX, VERSIONS_MAX};
use crate::schema::Identity;
use crate::{Error, Level, Reference, Result, Submission};

/// The number by which records name their schema, from 1 on and the same for a schema in every subject.
pub type SchemaId = u32;

/// The place of a schema in its subject, from 1 on.
pub type VersionNumber = u32;

/// Which version of a subject is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedVersion {
    /// The newest one.
    Latest,
    /// The one with this number.
    Number(VersionNumber),
}

/// A schema in a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The subject.
    pub subject: String,
    /// The schema's id.
    pub id: SchemaId,
    /// The schema's place in the subject.
    pub version: VersionNumber,
    /// The schema.
    #[serde(flatten)]
    pub schema: Submission,
}

/// Something that becomes true, as it stands in the registry's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Change {
    Registered {
        subject: String,
        id: SchemaId,
        schema: Submission,
    },
    LevelSet {
        subject: Option<String>,
        level: Level,
    },
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// The schema with id n stands at n − 1.
    schemas: Vec<Submission>,
    ids: BTreeMap<Identity, SchemaId>,
    subjects: BTreeMap<String, Vec<SchemaId>>,
    global_level: Level,
    levels: BTreeMap<String, Level>,
}

impl State {
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &String> {
        self.subjects.keys()
    }

    pub(crate) fn schema(&self, id: SchemaId) -> Result<&Submission> {
        let index = (id as usize).checked_sub(1).ok_or(Error::IdNotFound(id))?;
        self.schemas.get(index).ok_or(Error::IdNotFound(id))
    }

    pub(crate) fn uses(&self, id: SchemaId) -> impl Iterator<Item = (&String, VersionNumber)> {
        self.subjects.iter().flat_map(move |(subject, ids)| {
            let numbers = (1..).zip(ids).filter(move |(_, used)| **used == id);
            numbers.map(move |(number, _)| (subject, number))
        })
    }

    pub(crate) fn ids(&self, subject: &str) -> Result<&[SchemaId]> {
        self.subjects
            .get(subject)
            .map(Vec::as_slice)
            .ok_or_else(|| Error::SubjectNotFound(subject.to_owned()))
    }

    pub(crate) fn version(&self, subject: &str, wanted: WantedVersion) -> Result<Version> {
        let ids = self.ids(subject)?;
        let version = match wanted {
            WantedVersion::Latest => ids.len() as VersionNumber,
            WantedVersion::Number(number) => number,
        };
        let index = (version as usize).wrapping_sub(1);
        let id = *ids.get(index).ok_or(Error::VersionNotFound(version))?;
        Ok(Version {
            subject: subject.to_owned(),
            id,
            version,
            schema: self.schema(id)?.clone(),
        })
    }

    pub(crate) fn find(&self, subject: &str, submission: &Submission) -> Result<Version> {
        let ids = self.ids(subject)?;
        let id = self.ids.get(&submission.identity()?).ok_or(Error::SchemaNotFound)?;
        let index = ids.iter().position(|known| known == id).ok_or(Error::SchemaNotFound)?;
        self.version(subject, WantedVersion::Number(index as VersionNumber + 1))
    }

    pub(crate) fn level(&self, subject: Option<&str>) -> Result<Level> {
        match subject {
            None => Ok(self.global_level),
            Some(subject) => self
                .levels
                .get(subject)
                .copied()
                .ok_or_else(|| Error::LevelNotFound(subject.to_owned())),
        }
    }

    /// The level that holds for the subject: its own, or the global one.
    pub(crate) fn level_in_force(&self, subject: &str) -> Level {
        self.levels.get(subject).copied().unwrap_or(self.global_level)
    }

    /// What registering the schema changes; nothing when the subject has it already.
    pub(crate) fn registration(&self, subject: &str, submission: &Submission) -> Result<Option<Change>> {
        self.check_subject(subject)?;
        let identity = submission.identity()?;
        let known = self.ids.get(&identity).copied();
        let ids = self.subjects.get(subject).map_or(&[][..], Vec::as_slice);
        if known.is_some_and(|id| ids.contains(&id)) {
            return Ok(None);
        }
        if ids.len() >= VERSIONS_MAX {
            return Err(Error::AboveLimit {
                what: "versions in the subject",
                limit: VERSIONS_MAX,
            });
        }
        let reasons = self.level_objections(subject, submission)?;
        if !reasons.is_empty() {
            return Err(Error::Incompatible {
                subject: subject.to_owned(),
                reasons,
            });
        }
        let id = known.unwrap_or(self.schemas.len() as SchemaId + 1);
        Ok(Some(Change::Registered {
            subject: subject.to_owned(),
            id,
            schema: submission.clone(),
        }))
    }

    /// What speaks against the schema beside those versions that the subject's level looks at.
    pub(crate) fn level_objections(&self, subject: &str, submission: &Submission) -> Result<Vec<String>> {
        let level = self.level_in_force(subject);
        let ids = self.subjects.get(subject).map_or(&[][..], Vec::as_slice);
        let from = if level.is_transitive() {
            0
        } else {
            ids.len().saturating_sub(1)
        };
        self.objections(level, (1..).zip(ids.iter().copied()).skip(from), submission)
    }

    /// What speaks against the schema beside the given versions.
    pub(crate) fn objections(
        &self,
        level: Level,
        versions: impl Iterator<Item = (VersionNumber, SchemaId)>,
        submission: &Submission,
    ) -> Result<Vec<String>> {
        let new = self.compiled(submission)?;
        let mut reasons = Vec::new();
        for (number, id) in versions {
            let earlier = self.compiled(self.schema(id)?)?;
            let objections = level.objections(&earlier, &new);
            reasons.extend(
                objections
                    .into_iter()
                    .map(|objection| format!("version {number}: {objection}")),
            );
        }
        Ok(reasons)
    }

    pub(crate) fn apply(&mut self, change: Change) -> Result<()> {
        match change {
            Change::Registered { subject, id, schema } => {
                if id as usize == self.schemas.len() + 1 {
                    self.ids.insert(schema.identity()?, id);
                    self.schemas.push(schema);
                }
                self.schema(id)?;
                self.subjects.entry(subject).or_default().push(id);
            }
            Change::LevelSet { subject: None, level } => self.global_level = level,
            Change::LevelSet {
                subject: Some(subject),
                level,
            } => {
                self.levels.insert(subject, level);
            }
        }
        Ok(())
    }

    pub(crate) fn check_subject(&self, subject: &str) -> Result<()> {
        if subject.len() > SUBJECT_BYTES_MAX {
            return Err(Error::AboveLimit {
                what: "bytes of the subject's name",
                limit: SUBJECT_BYTES_MAX,
            });
        }
        let known = self.subjects.contains_key(subject) || self.levels.contains_key(subject);
        if !known && self.subjects.len().max(self.levels.len()) >= SUBJECTS_MAX {
            return Err(Error::AboveLimit {
                what: "subjects",
                limit: SUBJECTS_MAX,
            });
        }
        Ok(())
    }

    fn compiled(&self, submission: &Submission) -> Result<Schema> {
        inlined(&submission.parse(&self.referenced(&submission.references)?)?)
    }

    /// The texts of everything that is referred to, directly or by way of others, each once.
    fn referenced(&self, references: &[Reference]) -> Result<Vec<&str>> {
        let (mut ids, mut open) = (BTreeSet::new(), references.iter().collect::<Vec<_>>());
        let mut texts = Vec::new();
        while let Some(reference) = open.pop() {
            let id = self.referenced_id(reference)?;
            if ids.insert(id) {
                let schema = self.schema(id)?;
                texts.push(schema.text.as_str());
                open.extend(&schema.references);
            }
            if ids.len() > REFERENCES_MAX {
                return Err(Error::AboveLimit {
                    what: "referenced schemas",
                    limit: REFERENCES_MAX,
                });
            }
        }
        Ok(texts)
    }

    fn referenced_id(&self, reference: &Reference) -> Result<SchemaId> {
        let index = (reference.version as usize).wrapping_sub(1);
        self.subjects
            .get(&reference.subject)
            .and_then(|ids| ids.get(index))
            .copied()
            .ok_or_else(|| {
                let Reference { name, subject, version } = reference;
                Error::InvalidSchema(format!(
                    "no schema for the reference to {name}: subject '{subject}', version {version}"
                ))
            })
    }
}
