//! The fold: what a change makes true. It refuses nothing; whatever was decided has happened.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry as Slot;

use super::{Entry, Place, State, Stored};
use crate::canonical::Identity;
use crate::journal::Change;
use crate::{SchemaId, Submission, VersionNumber};

impl State {
    pub(crate) fn evolve(&mut self, change: Change) {
        match change {
            Change::VersionSet {
                subject,
                version,
                id,
                schema,
                deleted,
            } => self.set(Place { subject, version }, Entry { id, deleted }, schema),
            Change::VersionErased { subject, version } => self.erase(&subject, version),
            Change::SubjectDeleted { subject, version } => self.delete(&subject, version),
            Change::SubjectCleared { subject } => self.clear(subject.as_deref()),
            Change::ConfigSet { subject, config } => match config {
                Some(config) => drop(self.configs.insert(subject, config)),
                None => drop(self.configs.remove(&subject)),
            },
            Change::ModeSet { subject, mode } => match mode {
                Some(mode) => drop(self.modes.insert(subject, mode)),
                None => drop(self.modes.remove(&subject)),
            },
        }
    }

    /// An id means one text for ever: a record of another writer that says something else is passed over, as
    /// Confluent's registry does.
    fn set(&mut self, place: Place, entry: Entry, schema: Submission) {
        if self
            .schemas
            .get(&entry.id)
            .is_some_and(|stored| stored.schema.text != schema.text)
        {
            return;
        }
        let versions = self.subjects.entry(place.subject.clone()).or_default();
        let before = versions.insert(place.version, entry);
        if let Some(before) = before
            && before.id != entry.id
        {
            self.leave(before.id, &place);
        }
        self.id_max = self.id_max.max(entry.id);
        let stored = self.schemas.entry(entry.id).or_insert_with(|| Stored {
            identity: Identity::of(&schema),
            schema,
            places: BTreeSet::new(),
        });
        stored.places.insert(place);
        self.ids.insert(stored.identity.clone(), entry.id);
    }

    fn erase(&mut self, subject: &str, version: VersionNumber) {
        let Some(versions) = self.subjects.get_mut(subject) else {
            return;
        };
        let erased = versions.remove(&version);
        if versions.is_empty() {
            self.subjects.remove(subject);
        }
        if let Some(entry) = erased {
            let subject = subject.to_owned();
            self.leave(entry.id, &Place { subject, version });
        }
    }

    /// A schema that is registered nowhere is forgotten, its id is not given again.
    fn leave(&mut self, id: SchemaId, place: &Place) {
        let Slot::Occupied(mut stored) = self.schemas.entry(id) else {
            return;
        };
        stored.get_mut().places.remove(place);
        if stored.get().places.is_empty() {
            let identity = stored.remove().identity;
            if self.ids.get(&identity) == Some(&id) {
                self.ids.remove(&identity);
            }
        }
    }

    fn delete(&mut self, subject: &str, up_to: VersionNumber) {
        if let Some(versions) = self.subjects.get_mut(subject) {
            for entry in versions.range_mut(..=up_to).map(|(_, entry)| entry) {
                entry.deleted = true;
            }
        }
    }

    fn clear(&mut self, subject: Option<&str>) {
        let places: Vec<(String, VersionNumber)> = self
            .subjects
            .iter()
            .filter(|(name, _)| subject.is_none_or(|subject| subject == *name))
            .flat_map(|(name, versions)| {
                let deleted = versions.iter().filter(|(_, entry)| entry.deleted);
                deleted.map(|(version, _)| (name.clone(), *version))
            })
            .collect();
        for (subject, version) in places {
            self.erase(&subject, version);
        }
    }
}
