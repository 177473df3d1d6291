//! The audit of everything that a shop has written, by the command that people use.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{Observer, World};

/// How long what was said at last may take to be read.
const DRAINED_AT_MOST: Duration = Duration::from_secs(20);
/// Between two audits.
const PAUSE: Duration = Duration::from_millis(500);

/// What an audit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    /// Every saga has ended and every input was taken.
    Ended,
    /// The same, and commands and events for everybody were copied on purpose.
    EndedWithCopies,
}

impl World<'_> {
    /// Audits the shop; gives the report.
    ///
    /// # Panics
    /// When a law was broken.
    pub(crate) fn audit(&self, audit: Audit) -> String {
        self.audit_with(audit, None)
    }

    /// Audits the shop, and what a reader of it was handed; gives the report.
    ///
    /// # Panics
    /// When a law was broken.
    pub(crate) fn audit_with(&self, audit: Audit, observer: Option<&Observer>) -> String {
        let settings = &self.settings;
        let deadline = Instant::now() + DRAINED_AT_MOST;
        loop {
            let mut command = Command::new(&settings.program);
            command
                .current_dir(&settings.repository)
                .args(["audit", "--bootstrap-servers", &settings.bootstrap_servers])
                .args([
                    "--topic-prefix",
                    &settings.topic_prefix,
                    "--registry",
                    &settings.registry,
                ]);
            if audit == Audit::EndedWithCopies {
                command.arg("--copied-outputs");
            }
            if let Some(observer) = observer {
                command.arg("--observed").arg(&observer.notes);
            }
            if let Some(definitions) = &settings.definitions {
                command.arg("--definitions").arg(definitions);
            }
            let output = command.output().expect("the audit runs");
            let report = String::from_utf8_lossy(&output.stdout).into_owned();
            if output.status.success() {
                return report;
            }
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(Instant::now() < deadline, "{}: {report}\n{errors}", output.status);
            thread::sleep(PAUSE);
        }
    }
}
