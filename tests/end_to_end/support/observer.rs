//! A reader of all topics that writes down what it is handed, for the audit.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use palinode_sandbox::process::Process;

use super::World;

const NAME: &str = "observer";

/// `palinode observe`, a process of its own.
pub(crate) struct Observer {
    process: Process,
    pub(super) notes: PathBuf,
}

impl World<'_> {
    /// Begins to read everything that the shop writes.
    ///
    /// # Panics
    /// When it does not start.
    pub(crate) fn observe(&self) -> Observer {
        let notes = self.settings.folder.join(format!("{NAME}.notes"));
        Observer {
            process: self.spawn_observer(&notes),
            notes,
        }
    }

    /// Kills the observer and starts it again: it goes on where its file ends.
    ///
    /// # Panics
    /// When it had ended by itself.
    pub(crate) fn kill_observer(&self, observer: &mut Observer) {
        assert!(
            observer.process.is_running().expect("its state"),
            "{}",
            observer.process.output()
        );
        observer.process.kill9().expect("it is killed");
        observer.process = self.spawn_observer(&observer.notes);
    }

    fn spawn_observer(&self, notes: &Path) -> Process {
        let settings = &self.settings;
        let mut command = Command::new(&settings.program);
        command
            .current_dir(&settings.repository)
            .args([
                "observe",
                "--name",
                NAME,
                "--bootstrap-servers",
                &settings.bootstrap_servers,
            ])
            .args(["--topic-prefix", &settings.topic_prefix])
            .arg("--to")
            .arg(notes);
        let log = settings.folder.join(format!("{NAME}.log"));
        Process::spawn(NAME, command, log).unwrap_or_else(|error| panic!("{error}"))
    }
}
