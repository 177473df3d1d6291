//! The registry: what is registered, and the file that remembers it.

use std::path::Path;

use crate::file::ChangeFile;
use crate::state::{Change, State};
use crate::{Level, Result, SchemaId, Submission, Version, VersionNumber, WantedVersion};

/// A registry of Avro schemas.
#[derive(Debug, Default)]
pub struct Registry {
    state: State,
    file: Option<ChangeFile>,
}

impl Registry {
    /// An empty registry that forgets everything when it is dropped.
    pub fn in_memory() -> Registry {
        Registry::default()
    }

    /// A registry that remembers in a file, which is created if it is missing.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a registry's.
    pub fn open(file: &Path) -> Result<Registry> {
        let mut state = State::default();
        let file = ChangeFile::open(file, |change| state.apply(change))?;
        Ok(Registry {
            state,
            file: Some(file),
        })
    }

    /// Registers a schema in a subject and gives its id. A schema that the subject has already changes nothing.
    ///
    /// # Errors
    /// When the schema is invalid or not compatible with the subject's versions, by the subject's level.
    pub fn register(&mut self, subject: &str, submission: &Submission) -> Result<SchemaId> {
        if let Some(change) = self.state.registration(subject, submission)? {
            self.make(change)?;
        }
        Ok(self.state.find(subject, submission)?.id)
    }

    /// The names of all subjects, in order.
    pub fn subjects(&self) -> Vec<&str> {
        self.state.subjects().map(String::as_str).collect()
    }

    /// The schema with this id.
    ///
    /// # Errors
    /// [`Error::IdNotFound`].
    pub fn schema(&self, id: SchemaId) -> Result<&Submission> {
        self.state.schema(id)
    }

    /// The subjects and versions in which a schema is registered.
    ///
    /// # Errors
    /// [`Error::IdNotFound`].
    pub fn uses(&self, id: SchemaId) -> Result<Vec<(&str, VersionNumber)>> {
        self.state.schema(id)?;
        Ok(self
            .state
            .uses(id)
            .map(|(subject, version)| (subject.as_str(), version))
            .collect())
    }

    /// The numbers of a subject's versions.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`].
    pub fn versions(&self, subject: &str) -> Result<Vec<VersionNumber>> {
        Ok((1..=self.state.ids(subject)?.len() as VersionNumber).collect())
    }

    /// One version of a subject.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`], [`Error::VersionNotFound`].
    pub fn version(&self, subject: &str, wanted: WantedVersion) -> Result<Version> {
        self.state.version(subject, wanted)
    }

    /// The version of a subject that is this schema.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`], [`Error::SchemaNotFound`].
    pub fn find(&self, subject: &str, submission: &Submission) -> Result<Version> {
        self.state.find(subject, submission)
    }

    /// What speaks against the schema beside one version of the subject, or beside those that its level looks at.
    ///
    /// # Errors
    /// When the schema is invalid, or the version is unknown.
    pub fn objections(
        &self,
        subject: &str,
        against: Option<WantedVersion>,
        submission: &Submission,
    ) -> Result<Vec<String>> {
        let level = self.state.level_in_force(subject);
        let Some(wanted) = against else {
            return self.state.level_objections(subject, submission);
        };
        let Version { id, version, .. } = self.state.version(subject, wanted)?;
        self.state.objections(level, [(version, id)].into_iter(), submission)
    }

    /// The global level, or a subject's own.
    ///
    /// # Errors
    /// [`Error::LevelNotFound`] when the subject has none of its own.
    pub fn level(&self, subject: Option<&str>) -> Result<Level> {
        self.state.level(subject)
    }

    /// The level that holds for the subject: its own, or the global one.
    pub fn level_in_force(&self, subject: &str) -> Level {
        self.state.level_in_force(subject)
    }

    /// Sets the global level, or a subject's own.
    ///
    /// # Errors
    /// When the change cannot be written.
    pub fn set_level(&mut self, subject: Option<&str>, level: Level) -> Result<()> {
        if let Some(subject) = subject {
            self.state.check_subject(subject)?;
        }
        self.make(Change::LevelSet {
            subject: subject.map(str::to_owned),
            level,
        })
    }

    /// A change is on the disk before anybody can see it.
    fn make(&mut self, change: Change) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.append(&change)?;
        }
        self.state.apply(change)
    }
}
