//! What is damaged is called so, is not opened again, and is made again; never read as something else, never a panic.
//!
//! A row of a table is a damage that is done to the files of a real store. What may be left is said beside it.

mod deeds;
mod judge;
mod later;
mod tables;

use std::fs;

use palinode_store::Stores;

use deeds::{cut, delete, flip, newest_log, overwrite, replace_by_folder, table};
use judge::{Found, judge, written};

use crate::twins::{Disk, Rocks, TASK};

type Row = (&'static str, fn(&Rocks), Found);

/// Every row: what is done to a store, and how that is found.
const ROWS: &[Row] = &[
    ("nothing", |_| {}, Found::Nothing),
    // Tables.
    (
        "a table of the state is missing",
        |disk| delete(&table(disk, "default")),
        Found::AtOpen,
    ),
    (
        "a table of the indexes is missing",
        |disk| delete(&table(disk, "indexes")),
        Found::AtOpen,
    ),
    ("a table is cut", |disk| cut(&table(disk, "default"), 50), Found::AtOpen),
    (
        "a table is empty",
        |disk| cut(&table(disk, "indexes"), 0),
        Found::AtOpen,
    ),
    (
        "a table is a folder",
        |disk| replace_by_folder(&table(disk, "default")),
        Found::AtOpen,
    ),
    // The list of tables.
    (
        "CURRENT is missing",
        |disk| delete(&disk.folder().join("CURRENT")),
        Found::AtOpen,
    ),
    (
        "CURRENT is empty",
        |disk| overwrite(&disk.folder().join("CURRENT"), b""),
        Found::AtOpen,
    ),
    (
        "CURRENT is garbage",
        |disk| overwrite(&disk.folder().join("CURRENT"), b"\xff\x00what"),
        Found::AtOpen,
    ),
    (
        "CURRENT names a list that is not there",
        |disk| overwrite(&disk.folder().join("CURRENT"), b"MANIFEST-999999\n"),
        Found::AtOpen,
    ),
    (
        "CURRENT is a folder",
        |disk| replace_by_folder(&disk.folder().join("CURRENT")),
        Found::AtOpen,
    ),
    (
        "the list is missing",
        |disk| delete(&deeds::manifest(disk)),
        Found::AtOpen,
    ),
    (
        "the list is empty",
        |disk| cut(&deeds::manifest(disk), 0),
        Found::AtOpen,
    ),
    ("the list is cut", |disk| cut(&deeds::manifest(disk), 20), Found::AtOpen),
    (
        "a bit of the list is flipped",
        |disk| flip(&deeds::manifest(disk), 30),
        Found::AtOpen,
    ),
    // The log: what follows the place is lost, and the journal has it.
    (
        "the log is missing",
        |disk| delete(&newest_log(disk)),
        Found::LostSuffix,
    ),
    ("the log is empty", |disk| cut(&newest_log(disk), 0), Found::LostSuffix),
    ("the log is cut", |disk| cut(&newest_log(disk), 60), Found::LostSuffix),
    (
        "a bit of the log is flipped",
        |disk| flip(&newest_log(disk), 60),
        Found::LostSuffix,
    ),
    (
        "the log is garbage",
        |disk| overwrite(&newest_log(disk), &[0x5A; 9_000]),
        Found::LostSuffix,
    ),
    // Files that are not needed.
    (
        "the lock is garbage",
        |disk| overwrite(&disk.folder().join("LOCK"), b"garbage"),
        Found::Nothing,
    ),
    (
        "RocksDB's id is missing",
        |disk| delete(&disk.folder().join("IDENTITY")),
        Found::Nothing,
    ),
    (
        "the options are missing",
        |disk| deeds::delete_all(disk, "OPTIONS-"),
        Found::Nothing,
    ),
    // Whose state it is.
    (
        "the identity is missing",
        |disk| delete(&disk.folder().join("identity.json")),
        Found::AtOpen,
    ),
    (
        "the identity is empty",
        |disk| overwrite(&disk.folder().join("identity.json"), b""),
        Found::AtOpen,
    ),
    (
        "the identity is garbage",
        |disk| overwrite(&disk.folder().join("identity.json"), b"\x00\xff"),
        Found::AtOpen,
    ),
    (
        "the identity is another JSON",
        |disk| overwrite(&disk.folder().join("identity.json"), b"[1]"),
        Found::AtOpen,
    ),
    (
        "the identity is a folder",
        |disk| replace_by_folder(&disk.folder().join("identity.json")),
        Found::AtOpen,
    ),
    ("the format is older", |disk| deeds::format(disk, 5), Found::AtOpen),
    ("the format is newer", |disk| deeds::format(disk, 200), Found::AtOpen),
    (
        "the folder is of another application",
        |disk| deeds::of(disk, "bank", TASK),
        Found::AtOpen,
    ),
    (
        "the folder is of another task",
        |disk| deeds::of(disk, "shop", TASK + 1),
        Found::AtOpen,
    ),
    // The folder.
    (
        "all files are missing",
        |disk| deeds::delete_all(disk, ""),
        Found::Empty,
    ),
    (
        "the folder is missing",
        |disk| fs::remove_dir_all(disk.folder()).unwrap(),
        Found::Empty,
    ),
    ("the folder is a file", deeds::folder_is_a_file, Found::AtOpen),
    (
        "the folder is a link to nowhere",
        deeds::folder_is_a_dangling_link,
        Found::AtOpen,
    ),
    (
        "somebody else's files are in the folder",
        deeds::folder_of_somebody_else,
        Found::AtOpen,
    ),
];

#[test]
fn every_damage_is_found_and_made_again() {
    let sound = written();
    let wrong: Vec<String> = ROWS
        .iter()
        .filter_map(|(name, damage, expected)| {
            let disk = deeds::copy(&sound);
            damage(&disk);
            let found = judge(&disk);
            (found != *expected).then(|| format!("{name}: {found:?} and not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Wherever a bit of a file is flipped: it is found, or what is read is right.
#[test]
fn no_flipped_bit_leads_to_a_wrong_answer() {
    let sound = written();
    for file in deeds::files(&sound) {
        let length = fs::metadata(&file).unwrap().len();
        // The last bytes of a table are its footer, and the first ones its first block.
        let step = (length / 8).max(1);
        for at in (0..length).step_by(usize::try_from(step).unwrap()).chain([length - 1]) {
            let disk = deeds::copy(&sound);
            deeds::flip_at(&disk.folder().join(file.file_name().unwrap()), at);
            // It fails when something wrong is read.
            judge(&disk);
        }
    }
}

/// Whatever end of the list of tables is lost: what is left is right, or the gap is found.
#[test]
fn an_older_list_of_tables_is_no_older_state_with_a_gap() {
    let sound = written();
    let length = fs::metadata(deeds::manifest(&sound)).unwrap().len();
    let found: Vec<Found> = (1..=24)
        .map(|part| {
            let disk = deeds::copy(&sound);
            deeds::cut_at(&deeds::manifest(&disk), length * part / 25);
            judge(&disk)
        })
        .collect();
    assert!(found.contains(&Found::AtOpen), "{found:?}");
}

#[test]
fn a_folder_that_may_not_be_read_is_left_alone_until_it_may() {
    let disk = written();
    let Some(error) = deeds::without_permission(&disk) else {
        return;
    };
    assert!(error.contains("STORE_DISK retriable=true rebuildable=false"), "{error}");
    assert!(disk.stores().open(TASK).is_ok(), "nothing was changed");
    assert!(!disk.member().join(format!("task-{TASK}.aside-1")).exists());
}
