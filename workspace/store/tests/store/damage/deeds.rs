//! What is done to a store's files.

use std::{
    env, fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use palinode_store::{
    Store, Stores,
    rocks::{Place, RocksStores, Settings},
};

use crate::{
    fixture::started_at,
    twins::{Rocks, TASK},
};

/// Set for the process that may not read a folder; the data folder.
const FORBIDDEN: &str = "PALINODE_TEST_FORBIDDEN";

/// The user that a test of root becomes who is not root.
const NOBODY: u32 = 65_534;

/// The files of the store, in the order of their names.
pub(super) fn files(disk: &Rocks) -> Vec<PathBuf> {
    let entries = fs::read_dir(disk.folder()).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.metadata().unwrap().len() > 0)
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with("LOG"))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

fn named(disk: &Rocks, is_meant: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut all = files(disk);
    all.retain(|file| is_meant(&file.file_name().unwrap().to_string_lossy()));
    assert!(!all.is_empty(), "{:?}", files(disk));
    all
}

/// The largest table of a column family.
pub(super) fn table(disk: &Rocks, family: &str) -> PathBuf {
    let mut tables = named(disk, |name| name.ends_with(".sst"));
    // A table names its family at its end; of the property "rocksdb.column.family.name" the end stands there.
    let names = format!("name{family}");
    tables.retain(|table| find(&fs::read(table).unwrap(), names.as_bytes()).is_some());
    tables.sort_by_key(|table| fs::metadata(table).unwrap().len());
    tables.pop().expect("a table of the family")
}

pub(super) fn manifest(disk: &Rocks) -> PathBuf {
    let name = fs::read_to_string(disk.folder().join("CURRENT")).unwrap();
    disk.folder().join(name.trim())
}

/// RocksDB's log that has something in it, the newest.
pub(super) fn newest_log(disk: &Rocks) -> PathBuf {
    named(disk, |name| name.ends_with(".log")).pop().unwrap()
}

/// Where `part` stands in `whole`.
pub(super) fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    whole.windows(part.len()).position(|window| window == part)
}

pub(super) fn delete(file: &Path) {
    fs::remove_file(file).unwrap();
}

pub(super) fn delete_all(disk: &Rocks, beginning: &str) {
    let all = fs::read_dir(disk.folder()).unwrap().map(|entry| entry.unwrap());
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
        .for_each(|entry| delete(&entry.path()));
}

pub(super) fn overwrite(file: &Path, bytes: &[u8]) {
    assert!(file.exists());
    fs::write(file, bytes).unwrap();
}

/// Leaves `percent` of a file.
pub(super) fn cut(file: &Path, percent: u64) {
    cut_at(file, fs::metadata(file).unwrap().len() * percent / 100);
}

pub(super) fn cut_at(file: &Path, length: u64) {
    fs::OpenOptions::new()
        .write(true)
        .open(file)
        .unwrap()
        .set_len(length)
        .unwrap();
}

/// Flips a bit after `percent` of a file.
pub(super) fn flip(file: &Path, percent: u64) {
    flip_at(file, fs::metadata(file).unwrap().len() * percent / 100);
}

pub(super) fn flip_at(file: &Path, at: u64) {
    let mut bytes = fs::read(file).unwrap();
    bytes[usize::try_from(at).unwrap()] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

pub(super) fn replace_by_folder(file: &Path) {
    delete(file);
    fs::create_dir(file).unwrap();
}

pub(super) fn format(disk: &Rocks, format: u8) {
    let file = disk.folder().join("identity.json");
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().find(|line| line.contains("\"format\"")).unwrap();
    fs::write(&file, text.replace(line, &format!("  \"format\": {format},"))).unwrap();
}

/// Puts the store of another task in the place.
pub(super) fn of(disk: &Rocks, application: &str, task: i32) {
    let settings = Settings {
        application: application.into(),
        member: "node-9".into(),
        ..disk.settings()
    };
    let other = Place::new(&settings.data, application, &settings.member, task);
    let stores = RocksStores::new(settings);
    stores.open(task).unwrap().write(started_at(0)).unwrap();
    fs::remove_dir_all(disk.folder()).unwrap();
    fs::rename(other.path(), disk.folder()).unwrap();
}

pub(super) fn folder_is_a_file(disk: &Rocks) {
    fs::remove_dir_all(disk.folder()).unwrap();
    fs::write(disk.folder(), "a file").unwrap();
}

pub(super) fn folder_is_a_dangling_link(disk: &Rocks) {
    fs::remove_dir_all(disk.folder()).unwrap();
    std::os::unix::fs::symlink("nowhere", disk.folder()).unwrap();
}

pub(super) fn folder_of_somebody_else(disk: &Rocks) {
    fs::remove_dir_all(disk.folder()).unwrap();
    fs::create_dir(disk.folder()).unwrap();
    fs::write(disk.folder().join("holiday.jpg"), "not ours").unwrap();
}

/// The folder that was set aside last.
pub(super) fn aside(disk: &Rocks) -> PathBuf {
    let aside = |number| disk.member().join(format!("task-{TASK}.aside-{number}"));
    let last = (1..)
        .take_while(|number| aside(*number).exists())
        .last()
        .expect("a folder that was set aside");
    aside(last)
}

/// Another disk with the same files, which are small.
pub(super) fn copy(disk: &Rocks) -> Rocks {
    copy_of(&disk.folder(), Rocks::quick())
}

/// The disk `copy` with the files of this folder.
pub(super) fn copy_of(folder: &Path, copy: Rocks) -> Rocks {
    fs::create_dir_all(copy.folder()).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.folder().join(entry.file_name())).unwrap();
    }
    copy
}

/// What an open says in a process that may not read the folder; none in that process itself. The test runs itself once
/// more, as nobody when root runs it, for whom there is nothing that may not be read.
pub(super) fn without_permission(disk: &Rocks) -> Option<String> {
    if let Some(data) = env::var_os(FORBIDDEN) {
        let stores = RocksStores::new(Settings {
            data: data.into(),
            ..disk.settings()
        });
        let error = stores.open(TASK).expect_err("it may not be read");
        println!(
            "{} retriable={} rebuildable={} {error}",
            error.code(),
            error.is_retriable(),
            error.is_rebuildable()
        );
        return None;
    }
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(disk.0.path(), 0o755);
    mode(&disk.member(), 0o777);
    mode(&disk.member().join(format!("task-{TASK}.lock")), 0o666);
    mode(&disk.folder(), 0o000);
    let program = disk.0.path().join("test");
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    // Where RocksDB is a library of its own, it may stand where the other user does not get to.
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    if let Some(library) = maps.lines().find_map(|line| {
        line.split_whitespace()
            .nth(5)
            .filter(|path| path.contains("librocksdb"))
    }) {
        fs::copy(library, disk.0.path().join("librocksdb.so")).unwrap();
    }
    let mut child = Command::new(program);
    child
        .env("LD_LIBRARY_PATH", disk.0.path())
        .args([
            "--exact",
            "damage::a_folder_that_may_not_be_read_is_left_alone_until_it_may",
            "--nocapture",
        ])
        .current_dir(disk.0.path())
        .env(FORBIDDEN, disk.0.path());
    if fs::read_dir(disk.folder()).is_ok() {
        child.uid(NOBODY).gid(NOBODY);
    }
    let output = child.output().unwrap();
    mode(&disk.folder(), 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
