//! A reader of all topics that writes down what it is handed, in a process of its own, while everything is hit.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use palinode_sandbox::{process::Process, shop::Settings};

use crate::writer;

/// The catalogue of a run, in its folder: the repository's topics, and the writer's.
const CATALOGUE: &str = "catalog.yaml";
const NAME: &str = "observer";

/// `palinode observe`.
pub(crate) struct Observer {
    process: Process,
    folder: PathBuf,
    bootstrap: String,
}

impl Observer {
    /// Begins to read, by a way of its own to the brokers.
    pub(crate) fn start(settings: &Settings, folder: &Path, bootstrap: String) -> anyhow::Result<Self> {
        write_catalogue(settings, folder)?;
        Ok(Self {
            process: spawn(settings, folder, &bootstrap)?,
            folder: folder.to_owned(),
            bootstrap,
        })
    }

    /// Kills it and starts it again; it goes on where its file ends.
    pub(crate) fn kill_and_start(&mut self, settings: &Settings) -> anyhow::Result<()> {
        self.process.kill9()?;
        self.process = spawn(settings, &self.folder, &self.bootstrap)?;
        Ok(())
    }

    /// Whether it has not ended by itself.
    pub(crate) fn is_running(&mut self) -> anyhow::Result<bool> {
        Ok(self.process.is_running()?)
    }
}

/// The catalogue of a run.
pub(crate) fn catalogue(folder: &Path) -> PathBuf {
    folder.join(CATALOGUE)
}

/// The file of what it was handed.
pub(crate) fn notes(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.notes"))
}

fn write_catalogue(settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    let mut text = fs::read_to_string(settings.repository.join("schemas/catalog.yaml"))?;
    for topic in writer::TOPICS {
        let partitions = writer::PARTITIONS;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n  - name: {topic}\n    partitions: {partitions}\n    cleanup: delete\n    retention: null\n"
        );
    }
    fs::write(catalogue(folder), text).context("the catalogue cannot be written")
}

fn spawn(settings: &Settings, folder: &Path, bootstrap: &str) -> anyhow::Result<Process> {
    let mut command = Command::new(&settings.program);
    command
        .args(["observe", "--name", NAME, "--bootstrap-servers", bootstrap])
        .args(["--topic-prefix", &settings.topic_prefix])
        .arg("--catalog")
        .arg(catalogue(folder))
        .arg("--to")
        .arg(notes(folder));
    Ok(Process::spawn(NAME, command, folder.join(format!("{NAME}.log")))?)
}
