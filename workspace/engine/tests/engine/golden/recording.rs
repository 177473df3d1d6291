//! A recording on the disk: the definitions and schemas of its time, and for each play a journal and the states that it
//! led to.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use palinode_core::Plan;
use serde_json::Value as Json;

use crate::support::plan_from;

/// The name of the file with the journal's schemas, by id.
const SCHEMAS: &str = "schemas.json";

/// One folder of recordings.
pub(super) struct Recording {
    folder: PathBuf,
}

impl Recording {
    /// The recording called `name`.
    pub(super) fn named(name: &str) -> Self {
        Self {
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name),
        }
    }

    /// All recordings, in the order of their names.
    pub(super) fn all() -> Vec<Self> {
        let mut folders: Vec<PathBuf> = entries(&Self::named(".").folder);
        folders.sort();
        folders.into_iter().map(|folder| Self { folder }).collect()
    }

    /// Whether nothing was recorded there.
    pub(super) fn is_new(&self) -> bool {
        !self.folder.exists()
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        self.folder.display().to_string()
    }

    /// The names of the plays.
    pub(super) fn plays(&self) -> Vec<String> {
        let names = entries(&self.folder).into_iter().filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".journal")?;
            Some(name.to_owned())
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// The definitions of the recording's time.
    pub(super) fn plans(&self) -> Vec<Arc<Plan>> {
        let files = entries(&self.folder).into_iter();
        files
            .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
            .map(|path| Arc::new(plan_from(&std::fs::read_to_string(path).unwrap())))
            .collect()
    }

    /// The journal's schemas of the recording's time, by id.
    pub(super) fn schemas(&self) -> BTreeMap<u32, String> {
        serde_json::from_str(&self.read(SCHEMAS)).unwrap()
    }

    /// The records of a play.
    pub(super) fn journal(&self, play: &str) -> Vec<Bytes> {
        let text = self.read(&format!("{play}.journal"));
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| hex::decode(line).unwrap().into()).collect()
    }

    /// The states that a play led to, by saga.
    pub(super) fn states(&self, play: &str) -> BTreeMap<String, Json> {
        serde_json::from_str(&self.read(&format!("{play}.states.json"))).unwrap()
    }

    pub(super) fn keep_definition(&self, name: &str, text: &str) {
        self.write(&format!("{name}.yaml"), text);
    }

    pub(super) fn keep_schemas(&self, schemas: &BTreeMap<u32, String>) {
        self.write(SCHEMAS, &(serde_json::to_string_pretty(schemas).unwrap() + "\n"));
    }

    /// Keeps a play; each record with a line for people before it.
    pub(super) fn keep(&self, play: &str, journal: &[(String, Bytes)], states: &BTreeMap<String, Json>) {
        let lines = journal
            .iter()
            .map(|(told, record)| format!("# {told}\n{}\n", hex::encode(record)));
        self.write(&format!("{play}.journal"), &lines.collect::<String>());
        let states: Vec<String> = states
            .iter()
            .map(|(id, state)| format!("{}: {state}", Json::from(id.as_str())))
            .collect();
        self.write(
            &format!("{play}.states.json"),
            &format!("{{\n{}\n}}\n", states.join(",\n")),
        );
    }

    fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::create_dir_all(&self.folder).unwrap();
        std::fs::write(self.folder.join(file), text).unwrap();
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}
