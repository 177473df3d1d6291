//! What is damaged is called so, that it can be rebuilt; never read as something else, never a panic.

use std::{fs, path::PathBuf};

use palinode_store::{Error, Store, Stores};

use crate::{
    fixture::{id, started_at},
    twins::{Disk, Rocks, TASK},
};

/// A store of several files on disk: each open flushes what the one before wrote.
fn written() -> Rocks {
    let disk = Rocks::default();
    for offset in 0..3 {
        disk.open().write(started_at(offset)).unwrap();
    }
    disk.open();
    disk
}

fn files(disk: &Rocks, is_meant: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(disk.folder()).unwrap().map(|entry| entry.unwrap());
    let meant: Vec<_> = entries
        .filter(|entry| is_meant(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    assert!(!meant.is_empty());
    meant
}

fn is_rebuilt(disk: &Rocks) {
    let stores = disk.stores();
    let error = stores.open(TASK).err().unwrap();
    assert!(
        matches!(error, Error::Damaged { .. }) && error.is_rebuildable(),
        "{error:?}"
    );
    stores.set_aside(TASK, &error.to_string()).unwrap();
    assert_eq!(stores.open(TASK).unwrap().open_count(), 0);
}

#[test]
fn a_missing_current_file_is_damage() {
    let disk = written();
    fs::remove_file(disk.folder().join("CURRENT")).unwrap();
    is_rebuilt(&disk);
}

#[test]
fn a_missing_manifest_is_damage() {
    let disk = written();
    files(&disk, |name| name.starts_with("MANIFEST"))
        .into_iter()
        .for_each(|file| fs::remove_file(file).unwrap());
    is_rebuilt(&disk);
}

#[test]
fn a_truncated_manifest_is_damage() {
    let disk = written();
    for file in files(&disk, |name| name.starts_with("MANIFEST")) {
        fs::write(&file, &fs::read(&file).unwrap()[..20]).unwrap();
    }
    is_rebuilt(&disk);
}

#[test]
fn a_missing_table_is_damage() {
    let disk = written();
    files(&disk, |name| name.ends_with(".sst"))
        .into_iter()
        .for_each(|file| fs::remove_file(file).unwrap());
    is_rebuilt(&disk);
}

#[test]
fn flipped_bytes_of_a_table_are_damage_when_they_are_read() {
    let disk = written();
    for file in files(&disk, |name| name.ends_with(".sst")) {
        let mut bytes = fs::read(&file).unwrap();
        bytes.iter_mut().take(100).for_each(|byte| *byte ^= 0x55);
        fs::write(file, bytes).unwrap();
    }
    let error = disk
        .stores()
        .open(TASK)
        .and_then(|store| store.saga(&id("order-0001")))
        .unwrap_err();
    assert!(error.is_rebuildable(), "{error:?}");
}
