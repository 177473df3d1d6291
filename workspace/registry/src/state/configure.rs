//! Configs and modes, of the whole registry and of subjects.

use super::{Deleted, Removal, State};
use crate::journal::Change;
use crate::{Config, Error, Mode, Result};

/// What becomes of schemas that are there when an import begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// There may be none.
    #[default]
    Refused,
    /// They stay, and the import goes on top of them.
    Kept,
}

impl State {
    /// The config that holds for a subject: its own, and the global one for what that leaves open.
    pub(crate) fn config_in_force(&self, subject: &str) -> Config {
        let global = self.configs.get(&None).cloned().unwrap_or_default();
        match self.configs.get(&Some(subject.to_owned())) {
            Some(own) => own.or(&global),
            None => global,
        }
    }

    /// The global config, or a subject's own.
    pub(crate) fn config(&self, subject: Option<&str>) -> Result<Config> {
        let config = self.configs.get(&subject.map(str::to_owned)).cloned();
        match (config, subject) {
            (Some(config), _) => Ok(config),
            (None, None) => Ok(Config::default()),
            (None, Some(subject)) => Err(Error::ConfigNotFound(subject.to_owned())),
        }
    }

    pub(crate) fn configuration(&self, subject: Option<&str>, config: Config) -> Result<Vec<Change>> {
        if let Some(subject) = subject {
            self.check_subject(subject)?;
        }
        self.check_writable(subject)?;
        Ok(vec![Change::ConfigSet {
            subject: subject.map(str::to_owned),
            config: Some(config),
        }])
    }

    /// What taking a config back changes, and what it was.
    pub(crate) fn config_deletion(&self, subject: Option<&str>) -> Result<(Vec<Change>, Config)> {
        let before = self.config(subject).map_err(|error| match error {
            Error::ConfigNotFound(subject) => Error::SubjectNotFound(subject),
            other => other,
        })?;
        self.check_writable(subject)?;
        let subject = subject.map(str::to_owned);
        Ok((vec![Change::ConfigSet { subject, config: None }], before))
    }

    /// The mode that holds for a subject: its own, or the global one.
    pub(crate) fn mode_in_force(&self, subject: &str) -> Mode {
        let own = self.modes.get(&Some(subject.to_owned()));
        own.or_else(|| self.modes.get(&None)).copied().unwrap_or_default()
    }

    /// The global mode, or a subject's own.
    pub(crate) fn mode(&self, subject: Option<&str>) -> Result<Mode> {
        let mode = self.modes.get(&subject.map(str::to_owned)).copied();
        match (mode, subject) {
            (Some(mode), _) => Ok(mode),
            (None, None) => Ok(Mode::default()),
            (None, Some(subject)) => Err(Error::ModeNotFound(subject.to_owned())),
        }
    }

    /// Import begins with nothing, unless it is forced: what was deleted is taken away for good.
    pub(crate) fn mode_change(&self, subject: Option<&str>, mode: Mode, existing: Existing) -> Result<Vec<Change>> {
        if let Some(subject) = subject {
            self.check_subject(subject)?;
        }
        if mode == Mode::Forward && subject.is_some() {
            return Err(Error::InvalidMode(mode.to_string()));
        }
        let before = match subject {
            Some(subject) => self.mode_in_force(subject),
            None => self.mode(None)?,
        };
        let mut changes = Vec::new();
        if mode == Mode::Import && before != Mode::Import && existing == Existing::Refused {
            changes = self.clearing(subject)?;
        }
        changes.push(Change::ModeSet {
            subject: subject.map(str::to_owned),
            mode: Some(mode),
        });
        Ok(changes)
    }

    fn clearing(&self, subject: Option<&str>) -> Result<Vec<Change>> {
        let names = |deleted| {
            self.subjects(deleted)
                .filter(|name| subject.is_none_or(|subject| subject == **name))
        };
        if names(Deleted::Hidden).next().is_some() {
            return Err(Error::SubjectsExist);
        }
        let mut changes = Vec::new();
        for name in names(Deleted::Only) {
            for (version, _) in self.entries(name, Deleted::Only) {
                self.check_unreferenced(name, version, Removal::Permanent, None)?;
                let subject = name.clone();
                changes.push(Change::VersionErased { subject, version });
            }
        }
        let subject = subject.map(str::to_owned);
        changes.push(Change::SubjectCleared { subject });
        Ok(changes)
    }

    /// What taking a mode back changes, and what it was.
    pub(crate) fn mode_deletion(&self, subject: Option<&str>) -> Result<(Vec<Change>, Mode)> {
        let before = self.mode(subject).map_err(|error| match error {
            Error::ModeNotFound(subject) => Error::SubjectNotFound(subject),
            other => other,
        })?;
        let subject = subject.map(str::to_owned);
        Ok((vec![Change::ModeSet { subject, mode: None }], before))
    }

    pub(super) fn check_writable(&self, subject: Option<&str>) -> Result<()> {
        let mode = match subject {
            Some(subject) => self.mode_in_force(subject),
            None => self.mode(None)?,
        };
        if !mode.is_read_only() {
            return Ok(());
        }
        Err(Error::ModeForbids {
            subject: subject.unwrap_or("(all)").to_owned(),
            mode,
            refused: "nothing is changed",
        })
    }
}
