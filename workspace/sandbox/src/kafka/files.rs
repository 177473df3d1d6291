//! The folder of a node: its settings, its log, its data.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uuid::Uuid;

use crate::{Error, Result};

const NODE_PROPERTIES: &str = include_str!("../../../../deploy/kafka/node.properties");
const LOG_SETTINGS: &str = include_str!("../../../../deploy/kafka/log4j2.properties");

/// How long a broker may be silent before the controller gives it up: long, because a busy machine may not run it for a
/// while, and the controller beside it has nobody else.
const SESSION_MS: u32 = 60_000;

/// The same for a broker that was killed: the controller refuses it until the session of its killed self has passed.
const SESSION_AFTER_KILL_MS: u32 = 6_000;

/// A folder that was given, or a temporary one that is removed with its last use.
#[derive(Debug)]
pub(super) enum Folder {
    Given(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    pub(super) fn new(given: Option<PathBuf>) -> Result<Folder> {
        match given {
            Some(folder) => {
                fs::create_dir_all(&folder).map_err(Error::io(format!("create {}", folder.display())))?;
                let folder = folder
                    .canonicalize()
                    .map_err(Error::io(format!("find {}", folder.display())))?;
                Ok(Folder::Given(folder))
            }
            None => {
                let folder = tempfile::Builder::new().prefix("palinode-kafka-").tempdir();
                folder
                    .map(Folder::Temporary)
                    .map_err(Error::io("create a temporary folder"))
            }
        }
    }

    /// Leaves a temporary folder where it is, because an error names a file in it.
    pub(super) fn keep(&mut self) {
        if let Folder::Temporary(folder) = self {
            folder.disable_cleanup(true);
        }
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Given(folder) => folder,
            Folder::Temporary(folder) => folder.path(),
        }
    }

    pub(super) fn node_properties(&self) -> PathBuf {
        self.path().join("node.properties")
    }

    pub(super) fn log_settings(&self) -> PathBuf {
        self.path().join("log4j2.properties")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path().join("node.log")
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(super) fn is_formatted(&self) -> bool {
        self.data().join("meta.properties").exists()
    }

    /// Kafka leaves this file at an orderly end and takes it away at the next start.
    fn was_killed(&self) -> bool {
        self.is_formatted() && !self.data().join(".kafka_cleanshutdown").exists()
    }

    pub(super) fn write_settings(&self, ports: Ports, properties: &[(String, String)]) -> Result<()> {
        let session_ms = if self.was_killed() {
            SESSION_AFTER_KILL_MS
        } else {
            SESSION_MS
        };
        write(
            &self.node_properties(),
            &node_properties(&self.data(), ports, session_ms, properties),
        )?;
        write(&self.log_settings(), LOG_SETTINGS)
    }
}

/// Where a node listens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) clients: u16,
    pub(super) controller: u16,
}

fn node_properties(data: &Path, ports: Ports, session_ms: u32, more: &[(String, String)]) -> String {
    let mut text = NODE_PROPERTIES
        .replace("@DATA@", &data.display().to_string())
        .replace("@PORT@", &ports.clients.to_string())
        .replace("@CONTROLLER_PORT@", &ports.controller.to_string())
        .replace("@SESSION_MS@", &session_ms.to_string());
    for (name, value) in more {
        // Of two lines with one name the last counts. Writing to a string cannot fail.
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).map_err(Error::io(format!("write {}", file.display())))
}

/// A cluster id as Kafka writes them: 22 characters of base64url. Hexadecimal digits are among those; the last
/// character carries two bits only.
pub(super) fn cluster_id() -> String {
    let digits = Uuid::new_v4().simple().to_string();
    format!("{}A", &digits[..21])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_template_is_filled_in() {
        let ports = Ports {
            clients: 1234,
            controller: 5678,
        };

        let text = node_properties(
            Path::new("/data"),
            ports,
            4321,
            &[("log.segment.bytes".into(), "99".into())],
        );

        assert!(
            text.contains("listeners=PLAINTEXT://127.0.0.1:1234,CONTROLLER://127.0.0.1:5678\n"),
            "{text}"
        );
        assert!(text.contains("log.dirs=/data\n"), "{text}");
        assert!(text.contains("broker.session.timeout.ms=4321\n"), "{text}");
        assert!(text.ends_with("\nlog.segment.bytes=99\n"), "{text}");
        assert!(
            text.lines()
                .all(|line| line.starts_with('#') || !line.contains('@') || line.contains("1@127")),
            "{text}"
        );
    }

    #[test]
    fn a_temporary_folder_goes_and_a_kept_one_stays() {
        let gone = Folder::new(None).unwrap();
        let mut kept = Folder::new(None).unwrap();
        kept.keep();
        let (gone_path, kept_path) = (gone.path().to_owned(), kept.path().to_owned());

        drop((gone, kept));

        assert!(!gone_path.exists());
        assert!(kept_path.exists());
        fs::remove_dir_all(kept_path).unwrap();
    }
}
