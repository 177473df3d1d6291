//! Inputs that are known: files of the repository, and what the program writes itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files under these folders that end with `.extension`, in the order of their names. There are some.
pub(crate) fn files(folders: &[&str], extension: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root().join(folder), extension, &mut paths);
    }
    paths.sort();
    assert!(!paths.is_empty(), "{folders:?} hold *.{extension}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The journal records of all recordings of earlier versions, as they stand on the topic.
pub(crate) fn journal_records() -> Vec<Vec<u8>> {
    let recordings = files(&["workspace/engine/tests/golden"], "journal");
    let texts = recordings.iter().map(|bytes| std::str::from_utf8(bytes).unwrap());
    let lines = texts.flat_map(str::lines).filter(|line| !line.starts_with('#'));
    lines
        .map(|line| hex(line).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

fn hex(line: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(line.get(at..at + 2)?, 16).ok();
    (0..line.len()).step_by(2).map(pair).collect()
}

fn collect(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
}
