//! Writing down what comes from outside.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use palinode_core::Timestamp;
use palinode_engine::Clock;
use parking_lot::Mutex;

use super::{Event, Header, Scenario, event::Entry};
use crate::sandbox::span::Span;

/// The scenario of a running sandbox: a file that grows.
pub(in super::super) struct Recorder {
    path: PathBuf,
    began: Timestamp,
    clock: Clock,
    file: Mutex<File>,
}

impl Recorder {
    /// Goes on with the scenario in a file, or begins one.
    pub(in super::super) fn open(path: &Path, clock: &Clock, header: Header) -> anyhow::Result<Self> {
        let unwritten = || format!("{} could not be written", path.display());
        let began = match Scenario::read(path) {
            Ok(scenario) => scenario.header.began()?,
            Err(error) if path.exists() && path.metadata()?.len() > 0 => return Err(error),
            Err(_) => header.began()?,
        };
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).open(path).with_context(unwritten)?;
        if file.metadata()?.len() == 0 {
            writeln!(file, "{}", serde_json::to_string(&header)?).with_context(unwritten)?;
        }
        Ok(Self {
            path: path.to_owned(),
            began,
            clock: clock.clone(),
            file: Mutex::new(file),
        })
    }

    /// When it began.
    pub(in super::super) fn began(&self) -> Timestamp {
        self.began
    }

    /// Writes down what came now.
    pub(in super::super) fn came(&self, event: Event) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(&self.entry(event))?;
        line.push(b'\n');
        let mut file = self.file.lock();
        file.write_all(&line)
            .with_context(|| format!("{} could not be written", self.path.display()))
    }

    /// The scenario up to now.
    pub(in super::super) fn text(&self) -> anyhow::Result<String> {
        let end = serde_json::to_string(&self.entry(Event::End {}))?;
        let _held = self.file.lock();
        let text = std::fs::read_to_string(&self.path)?;
        Ok(format!("{text}{end}\n"))
    }

    /// Copies it as it stands.
    pub(in super::super) fn copy_to(&self, path: &Path) -> anyhow::Result<()> {
        let _held = self.file.lock();
        std::fs::copy(&self.path, path).with_context(|| format!("{} could not be written", path.display()))?;
        Ok(())
    }

    fn entry(&self, event: Event) -> Entry {
        Entry {
            at: Span(self.clock.now().since(self.began)),
            event,
        }
    }
}
