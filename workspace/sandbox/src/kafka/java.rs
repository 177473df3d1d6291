//! The command that runs a class of Kafka.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Result, cache};

/// Same as KAFKA_VERSION in deploy/setup/versions.sh, which chooses the folder's name.
const FOLDER: &str = "kafka-4.4.0";

/// Kafka as it stands in the cache.
#[derive(Debug)]
pub(super) struct Installation {
    class_path: String,
    archive: PathBuf,
}

impl Installation {
    pub(super) fn find() -> Result<Installation> {
        Installation::in_folder(&cache::folder().join(FOLDER))
    }

    fn in_folder(home: &Path) -> Result<Installation> {
        let folder = home.join("libs");
        let mut jars: Vec<String> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.path().into_os_string().into_string().ok())
            .filter(|path| path.ends_with(".jar"))
            .collect();
        if jars.is_empty() {
            return Err(Error::JarsMissing { folder });
        }
        // The archive of classes is only used with the class path that it was made with.
        jars.sort();
        Ok(Installation {
            class_path: jars.join(":"),
            archive: home.join("start.jsa"),
        })
    }

    /// `java` with what a quick start needs. The serial collector starts fewest threads; where there is no archive of
    /// classes, or one of another Java, the start takes longer and nothing is said.
    pub(super) fn command(&self, heap_mib: u32, options: &[String], log_settings: &Path) -> Command {
        let mut command = Command::new("java");
        command
            .args(["-Xlog:disable", "-XX:+UseSerialGC"])
            .arg(format!("-Xmx{heap_mib}m"))
            .arg(format!("-XX:SharedArchiveFile={}", self.archive.display()))
            .arg(format!("-Dlog4j2.configurationFile={}", log_settings.display()))
            .args(options)
            .args(["-cp", &self.class_path]);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_jars_say_what_to_do() {
        let folder = tempfile::tempdir().unwrap();

        let error = Installation::in_folder(folder.path()).unwrap_err();

        assert!(error.to_string().ends_with("/libs: run 'make setup'"), "{error}");
    }

    #[test]
    fn the_class_path_is_in_a_fixed_order() {
        let folder = tempfile::tempdir().unwrap();
        let libs = folder.path().join("libs");
        fs::create_dir(&libs).unwrap();
        for name in ["b.jar", "notes.txt", "a.jar", "C.jar"] {
            fs::write(libs.join(name), "").unwrap();
        }

        let installation = Installation::in_folder(folder.path()).unwrap();

        let names: Vec<&str> = installation
            .class_path
            .split(':')
            .filter_map(|path| path.rsplit('/').next())
            .collect();
        assert_eq!(names, ["C.jar", "a.jar", "b.jar"]);
    }
}
