//! Deleting versions and subjects: first so that they can be had back, then for good.

use super::{Deleted, Entry, State};
use crate::journal::Change;
use crate::{Error, Result, VersionNumber, WantedVersion};

/// How much a deletion takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Versions are not shown any more. Their ids still work.
    Soft,
    /// Versions that were deleted before are gone, their ids too if nothing else has them.
    Permanent,
}

impl Removal {
    /// Which referrers keep a version from being deleted.
    fn referrers(self) -> Deleted {
        match self {
            Removal::Soft => Deleted::Hidden,
            Removal::Permanent => Deleted::Included,
        }
    }
}

impl State {
    /// What deleting a subject changes, and which versions are deleted.
    pub(crate) fn subject_deletion(
        &self,
        subject: &str,
        removal: Removal,
    ) -> Result<(Vec<Change>, Vec<VersionNumber>)> {
        if !self.has(subject, Deleted::Included) {
            return Err(Error::SubjectNotFound(subject.to_owned()));
        }
        if removal == Removal::Soft && !self.has(subject, Deleted::Hidden) {
            return Err(Error::SubjectDeleted(subject.to_owned()));
        }
        self.check_writable(Some(subject))?;
        let entries: Vec<(VersionNumber, Entry)> = self.entries(subject, removal.referrers()).collect();
        for (version, entry) in &entries {
            self.check_unreferenced(subject, *version, removal, Some(subject))?;
            if removal == Removal::Permanent && !entry.deleted {
                return Err(Error::SubjectNotDeleted(subject.to_owned()));
            }
        }
        let versions: Vec<VersionNumber> = entries.into_iter().map(|(version, _)| version).collect();
        let changes = match removal {
            Removal::Soft => {
                let last = versions.last().copied();
                let deletion = last.map(|version| Change::SubjectDeleted {
                    subject: subject.to_owned(),
                    version,
                });
                deletion.into_iter().collect()
            }
            // The newest first, for the older ones may be what they refer to.
            Removal::Permanent => self.erasure(subject, versions.iter().rev().copied()),
        };
        Ok((changes, versions))
    }

    /// What deleting one version changes, and which one it is.
    pub(crate) fn version_deletion(
        &self,
        subject: &str,
        wanted: WantedVersion,
        removal: Removal,
    ) -> Result<(Vec<Change>, VersionNumber)> {
        let found = self.version(subject, wanted, Deleted::Included)?;
        let version = found.version;
        if removal == Removal::Soft && found.deleted {
            let subject = subject.to_owned();
            return Err(Error::VersionDeleted { subject, version });
        }
        self.check_writable(Some(subject))?;
        self.check_unreferenced(subject, version, removal, None)?;
        let changes = match removal {
            Removal::Permanent if !found.deleted => {
                let subject = subject.to_owned();
                return Err(Error::VersionNotDeleted { subject, version });
            }
            Removal::Permanent => self.erasure(subject, [version].into_iter()),
            Removal::Soft => vec![Change::VersionSet {
                subject: subject.to_owned(),
                version,
                id: found.id,
                schema: found.schema,
                deleted: true,
            }],
        };
        Ok((changes, version))
    }

    /// Takes versions away for good. With the last one go the subject's config and mode.
    pub(super) fn erasure(&self, subject: &str, versions: impl ExactSizeIterator<Item = VersionNumber>) -> Vec<Change> {
        let is_whole = versions.len() == self.entries(subject, Deleted::Included).count();
        let name = || subject.to_owned();
        let mut changes: Vec<Change> = versions
            .map(|version| Change::VersionErased {
                subject: name(),
                version,
            })
            .collect();
        let scope = Some(name());
        if is_whole && self.modes.contains_key(&scope) {
            let subject = scope.clone();
            changes.push(Change::ModeSet { subject, mode: None });
        }
        if is_whole && self.configs.contains_key(&scope) {
            let subject = scope;
            changes.push(Change::ConfigSet { subject, config: None });
        }
        changes
    }

    /// Refuses while other schemas refer to the version. Those that stand in the excepted subject alone do not count.
    pub(super) fn check_unreferenced(
        &self,
        subject: &str,
        version: VersionNumber,
        removal: Removal,
        except: Option<&str>,
    ) -> Result<()> {
        for id in self.referrers(subject, version, removal.referrers())? {
            let mut places = self.places(id, removal.referrers())?;
            if places.any(|place| except != Some(place.subject.as_str())) {
                let subject = subject.to_owned();
                return Err(Error::Referenced { subject, version });
            }
        }
        Ok(())
    }
}
