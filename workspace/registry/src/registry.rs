//! The registry: what is registered, and the journal that remembers it.

use std::fmt::{self, Debug, Formatter};
use std::path::Path;

use crate::journal::{Change, FileJournal};
use crate::state::State;
use crate::{
    Config, Deleted, Error, Existing, Journal, LookUp, MemoryJournal, Mode, Place, Registration, Removal, Result,
    SchemaId, Submission, Version, VersionNumber, WantedVersion,
};

/// A registry of Avro schemas. A subject of none means the whole registry.
pub struct Registry {
    state: State,
    journal: Box<dyn Journal>,
}

impl Debug for Registry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("journal", &self.journal.name())
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// An empty registry that forgets everything when it is dropped.
    pub fn in_memory() -> Registry {
        Registry {
            state: State::default(),
            journal: Box::new(MemoryJournal::default()),
        }
    }

    /// A registry that remembers in a file, which is created if it is missing.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a registry's.
    pub fn open(file: &Path) -> Result<Registry> {
        Registry::recover(FileJournal::open(file)?)
    }

    /// A registry that knows what the journal says, and keeps its changes there. It must be the journal's only writer.
    ///
    /// # Errors
    /// When the journal cannot be read, or holds something else than a registry's records.
    pub fn recover(mut journal: impl Journal + 'static) -> Result<Registry> {
        let (name, mut count, mut state) = (journal.name(), 0, State::default());
        journal.replay(&mut |record| {
            count += 1;
            let change = Change::of(&record).map_err(|error| Error::UnreadableRecord {
                journal: name.clone(),
                record: count,
                reason: error.to_string(),
            })?;
            change.into_iter().for_each(|change| state.evolve(change));
            Ok(())
        })?;
        Ok(Registry {
            state,
            journal: Box::new(journal),
        })
    }

    /// Registers a schema in a subject. A schema that the subject has already changes nothing.
    ///
    /// # Errors
    /// When the schema is invalid, not compatible with the subject's versions by its level, or refused by its mode.
    pub fn register(&mut self, subject: &str, registration: &Registration) -> Result<Version> {
        let (changes, version) = self.state.registration(subject, registration)?;
        self.make(changes)?;
        self.version(subject, WantedVersion::Number(version), Deleted::Included)
    }

    /// The names of the subjects, in order.
    pub fn subjects(&self, deleted: Deleted) -> Vec<&str> {
        self.state.subjects(deleted).map(String::as_str).collect()
    }

    /// The schema with this id.
    ///
    /// # Errors
    /// [`Error::IdNotFound`].
    pub fn schema(&self, id: SchemaId) -> Result<&Submission> {
        self.state.schema(id)
    }

    /// The schema with this GUID, and its id.
    ///
    /// # Errors
    /// [`Error::IdNotFound`].
    pub fn schema_by_guid(&self, guid: &str) -> Result<(SchemaId, &Submission)> {
        self.state.by_guid(guid)
    }

    /// The largest id that was ever given; 0 before the first one.
    pub fn id_max(&self) -> SchemaId {
        self.state.id_max()
    }

    /// The subjects and versions in which a schema is registered.
    ///
    /// # Errors
    /// [`Error::SchemaNotFound`].
    pub fn places(&self, id: SchemaId, deleted: Deleted) -> Result<Vec<&Place>> {
        Ok(self.state.places(id, deleted)?.collect())
    }

    /// The numbers of a subject's versions.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`].
    pub fn versions(&self, subject: &str, deleted: Deleted) -> Result<Vec<VersionNumber>> {
        self.state.versions(subject, deleted)
    }

    /// One version of a subject.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`], [`Error::VersionNotFound`].
    pub fn version(&self, subject: &str, wanted: WantedVersion, deleted: Deleted) -> Result<Version> {
        self.state.version(subject, wanted, deleted)
    }

    /// The ids of the schemas that refer to a version of a subject.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`], [`Error::VersionNotFound`].
    pub fn referrers(&self, subject: &str, wanted: WantedVersion, deleted: Deleted) -> Result<Vec<SchemaId>> {
        let version = self.version(subject, wanted, Deleted::Included)?.version;
        self.state.referrers(subject, version, deleted)
    }

    /// The version of a subject that is this schema.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`], [`Error::SchemaNotFound`], [`Error::InvalidSchema`].
    pub fn find(&self, subject: &str, schema: &Submission, look_up: LookUp) -> Result<Version> {
        self.state.find(subject, schema, look_up)
    }

    /// What speaks against the schema beside one version of the subject, or beside those that its level looks at.
    ///
    /// # Errors
    /// When the schema is invalid, or the version is unknown.
    pub fn objections(
        &self,
        subject: &str,
        against: Option<WantedVersion>,
        schema: &Submission,
        look_up: LookUp,
    ) -> Result<Vec<String>> {
        self.state.objections(subject, against, schema, look_up)
    }

    /// Deletes a subject and gives the versions that are deleted.
    ///
    /// # Errors
    /// When it is not there, when it is to go for good and was not deleted before, or the reverse, when others refer to
    /// it, or when its mode forbids it.
    pub fn delete_subject(&mut self, subject: &str, removal: Removal) -> Result<Vec<VersionNumber>> {
        let (changes, versions) = self.state.subject_deletion(subject, removal)?;
        self.make(changes)?;
        Ok(versions)
    }

    /// Deletes a version and gives its number.
    ///
    /// # Errors
    /// As for [`Registry::delete_subject`].
    pub fn delete_version(&mut self, subject: &str, wanted: WantedVersion, removal: Removal) -> Result<VersionNumber> {
        let (changes, version) = self.state.version_deletion(subject, wanted, removal)?;
        self.make(changes)?;
        Ok(version)
    }

    /// The global config, or a subject's own.
    ///
    /// # Errors
    /// [`Error::ConfigNotFound`] when the subject has none of its own.
    pub fn config(&self, subject: Option<&str>) -> Result<Config> {
        self.state.config(subject)
    }

    /// The config that holds for the subject: its own, and the global one for what that leaves open.
    pub fn config_in_force(&self, subject: &str) -> Config {
        self.state.config_in_force(subject)
    }

    /// Sets a config.
    ///
    /// # Errors
    /// When the mode forbids it, or the change cannot be kept.
    pub fn configure(&mut self, subject: Option<&str>, config: Config) -> Result<()> {
        let changes = self.state.configuration(subject, config)?;
        self.make(changes)
    }

    /// Takes a config back and gives what it was.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`] when the subject has none of its own.
    pub fn delete_config(&mut self, subject: Option<&str>) -> Result<Config> {
        let (changes, before) = self.state.config_deletion(subject)?;
        self.make(changes)?;
        Ok(before)
    }

    /// The global mode, or a subject's own.
    ///
    /// # Errors
    /// [`Error::ModeNotFound`] when the subject has none of its own.
    pub fn mode(&self, subject: Option<&str>) -> Result<Mode> {
        self.state.mode(subject)
    }

    /// The mode that holds for the subject: its own, or the global one.
    pub fn mode_in_force(&self, subject: &str) -> Mode {
        self.state.mode_in_force(subject)
    }

    /// Sets a mode.
    ///
    /// # Errors
    /// [`Error::SubjectsExist`] when an import would begin with schemas that may not be there.
    pub fn set_mode(&mut self, subject: Option<&str>, mode: Mode, existing: Existing) -> Result<()> {
        let changes = self.state.mode_change(subject, mode, existing)?;
        self.make(changes)
    }

    /// Takes a mode back and gives what it was.
    ///
    /// # Errors
    /// [`Error::SubjectNotFound`] when the subject has none of its own.
    pub fn delete_mode(&mut self, subject: Option<&str>) -> Result<Mode> {
        let (changes, before) = self.state.mode_deletion(subject)?;
        self.make(changes)?;
        Ok(before)
    }

    /// Changes are kept before anybody can see them.
    fn make(&mut self, changes: Vec<Change>) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let records: serde_json::Result<Vec<_>> = changes.iter().map(Change::record).collect();
        let records = records.map_err(|error| Error::Journal {
            action: "write",
            source: error.into(),
        })?;
        self.journal.append(&records)?;
        changes.into_iter().for_each(|change| self.state.evolve(change));
        Ok(())
    }
}
