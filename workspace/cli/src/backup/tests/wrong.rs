//! What is wrong with a backup is found and said, and what is right goes on.

use std::fs;

use clap::Parser;
use palinode_store::{
    Store, Stores,
    rocks::{RocksStores, Settings},
};

use super::{Ground, TASK, open, settings, work};
use crate::{
    Verdict,
    arguments::{Arguments, Command},
    backup::{backup, create, manifest::Manifest, restore, verify},
};

/// What `palinode backup` says to these arguments.
fn command(arguments: &[&str]) -> anyhow::Result<Verdict> {
    let all = ["palinode", "backup"].iter().chain(arguments);
    let Command::Backup(arguments) = Arguments::try_parse_from(all)?.command else {
        unreachable!("it is another command")
    };
    backup(&arguments)
}

fn text(path: &std::path::Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A backup, whose manifest says something else.
fn changed(ground: &Ground, change: impl Fn(&str) -> String) -> Manifest {
    work(&ground.data(), 0..5);
    let manifest = ground.create(7).manifest;
    let file = ground.manifest(&manifest.id);
    let before = fs::read_to_string(&file).unwrap();
    let after = change(&before);
    assert_ne!(before, after);
    fs::write(&file, after).unwrap();
    manifest
}

/// What verify and restore say of the backup, which is the same, and that nothing is put anywhere.
fn refusal(ground: &Ground, id: &str) -> String {
    let backups = ground.backups();
    let verified = verify::one(&backups, id).unwrap_err();
    let restored = restore::one(&backups, id, &ground.elsewhere(), None).unwrap_err();
    assert_eq!(format!("{verified:#}"), format!("{restored:#}"));
    let place = ground.elsewhere().join(format!("shop/node-1/task-{TASK}"));
    assert!(!place.exists() && !place.with_extension("restore").exists());
    format!("{verified:#}")
}

#[test]
fn every_damaged_or_lost_file_is_found() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);
    let id = ground.create(7).manifest.id;
    for file in ground.stored_files() {
        let sound = fs::read(&file).unwrap();
        let mut flipped = sound.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let cut = &sound[..sound.len() - 1];
        for wrong in [&*flipped, cut, b""] {
            fs::write(&file, wrong).unwrap();
            let said = refusal(&ground, &id);
            assert!(said.contains("is not what was written. Delete it"), "{said}");
        }
        fs::remove_file(&file).unwrap();
        let said = refusal(&ground, &id);
        assert!(said.contains("cannot be had"), "{said}");
        fs::write(&file, sound).unwrap();
    }
    verify::one(&ground.backups(), &id).unwrap();
}

#[test]
fn a_file_that_was_deleted_because_it_was_wrong_is_sent_again() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let first = ground.create(7).manifest.id;
    for file in ground.stored_files() {
        fs::remove_file(file).unwrap();
    }

    ground.create(7);

    verify::one(&ground.backups(), &first).unwrap();
}

#[test]
fn a_backup_of_another_format_is_refused_with_a_way_out() {
    let ground = Ground::new();
    let id = changed(&ground, |text| text.replace("\"format\": 7", "\"format\": 6")).id;
    let said = refusal(&ground, &id);
    assert!(
        said.contains("has the format 6, and this version reads 7") && said.contains("start the node without it"),
        "{said}"
    );
}

#[test]
fn a_manifest_that_says_something_else_than_the_store_is_refused() {
    for (field, other) in [
        ("\"partitions\": 12", "\"partitions\": 24"),
        ("\"cluster\": \"cluster-1\"", "\"cluster\": \"cluster-2\""),
        ("\"journalOffset\": 4", "\"journalOffset\": 5"),
        ("\"openSagas\": 0", "\"openSagas\": 1"),
    ] {
        let ground = Ground::new();
        let id = changed(&ground, |text| text.replace(field, other)).id;
        let said = refusal(&ground, &id);
        assert!(said.contains("it holds Held") && said.contains("should hold"), "{said}");
    }
}

#[test]
fn a_backup_that_is_out_of_its_place_is_refused() {
    for (field, other, expected) in [
        ("\"task\": 3", "\"task\": 4", "is out of its place"),
        (
            "\"member\": \"node-1\"",
            "\"member\": \"node-2\"",
            "is out of its place",
        ),
        (
            "\"application\": \"shop\"",
            "\"application\": \"bank\"",
            "is out of its place",
        ),
    ] {
        let ground = Ground::new();
        let id = changed(&ground, |text| text.replace(field, other)).id;
        let said = refusal(&ground, &id);
        assert!(said.contains(expected), "{said}");
    }
    let ground = Ground::new();
    // Of the two places that name the application, the one of the store.
    let id = changed(&ground, |text| {
        text.replace("    \"application\": \"shop\"", "    \"application\": \"bank\"")
    })
    .id;
    let said = refusal(&ground, &id);
    assert!(said.contains("of the application bank and of shop"), "{said}");
}

#[test]
fn a_manifest_whose_names_lead_elsewhere_is_refused() {
    for (field, other) in [
        ("\"CURRENT\"", "\"../CURRENT\""),
        ("\"sha256\": \"", "\"sha256\": \"../../"),
        ("\"layout\": 1", "\"layout\": 2"),
    ] {
        let ground = Ground::new();
        let id = changed(&ground, |text| text.replace(field, other)).id;
        let said = refusal(&ground, &id);
        assert!(said.contains("cannot be used"), "{said}");
    }
}

/// An old manifest that nobody can read does not stand in the way of a newer backup, and nothing is deleted meanwhile.
#[test]
fn an_unreadable_backup_stands_in_nobodys_way() {
    let ground = Ground::new();
    let torn = changed(&ground, |text| text[..text.len() / 2].to_owned());
    work(&ground.data(), 5..10);
    let (from, data) = (text(&ground.folder.path().join("backups")), text(&ground.data()));

    let error = create::one(&ground.repository(), &ground.place(), 7).unwrap_err();

    let said = format!("{error:#}");
    assert!(said.contains("is whole, but nothing old was deleted"), "{said}");
    assert_eq!(command(&["verify", "--from", &from]).unwrap(), Verdict::Done);
    assert_eq!(command(&["verify", "--from", &from, "--all"]).unwrap(), Verdict::Found);
    assert_eq!(command(&["list", "--from", &from]).unwrap(), Verdict::Found);
    let elsewhere = text(&ground.elsewhere());
    command(&["restore", "--from", &from, "--data", &elsewhere]).unwrap();
    assert_eq!(
        open(&ground.elsewhere(), "node-1")
            .checkpoint()
            .journal
            .as_ref()
            .unwrap()
            .offset,
        9
    );
    // The torn one is not among those that are kept.
    command(&["create", "--data", &data, "--to", &from, "--keep", "1"]).unwrap();
    assert!(!ground.manifest(&torn.id).exists());
    assert_eq!(command(&["verify", "--from", &from, "--all"]).unwrap(), Verdict::Done);
}

#[test]
fn a_backup_does_not_go_beside_stores_of_another_cluster() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let id = ground.create(7).manifest.id;
    let settings = Settings {
        cluster: "cluster-2".into(),
        ..settings(&ground.elsewhere(), "node-1")
    };
    drop(RocksStores::new(settings).open(TASK + 1).unwrap());

    let error = restore::one(&ground.backups(), &id, &ground.elsewhere(), None).unwrap_err();

    let said = error.to_string();
    assert!(
        said.contains("is of cluster cluster-1 with 12 partitions") && said.contains("is of cluster-2 with 12"),
        "{said}"
    );
}

#[test]
fn a_store_that_is_there_is_not_overwritten() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    let id = ground.create(7).manifest.id;
    work(&ground.data(), 5..10);
    let backups = ground.backups();

    let error = restore::one(&backups, &id, &ground.data(), None).unwrap_err();
    assert!(
        error.to_string().contains("nothing is overwritten: stop the node"),
        "{error:#}"
    );
    let store = open(&ground.data(), "node-1");
    let error = restore::one(&backups, &id, &ground.data(), None).unwrap_err();

    assert!(error.to_string().contains("is in use by another process"), "{error:#}");
    assert_eq!(store.checkpoint().journal.as_ref().unwrap().offset, 9);
}

#[test]
fn a_store_that_is_known_to_be_damaged_is_not_backed_up() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    fs::write(ground.place().path().join("reason.txt"), "a flipped bit\n").unwrap();

    let error = create::one(&ground.repository(), &ground.place(), 7).unwrap_err();

    assert!(error.to_string().contains("is damaged: a flipped bit"), "{error:#}");
}

#[test]
fn a_store_whose_tables_are_not_all_there_is_not_backed_up() {
    let ground = Ground::new();
    work(&ground.data(), 0..50);
    work(&ground.data(), 50..60);
    let files = fs::read_dir(ground.place().path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for table in files.filter(|file| file.extension().is_some_and(|extension| extension == "sst")) {
        fs::remove_file(table).unwrap();
    }

    let error = create::one(&ground.repository(), &ground.place(), 7).unwrap_err();

    assert!(error.to_string().contains("is damaged"), "{error:#}");
    assert!(
        ground
            .repository()
            .tasks(&super::Selection::default())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_is_not_there_is_said() {
    let ground = Ground::new();
    work(&ground.data(), 0..5);
    ground.create(7);
    let (from, data, none) = (
        text(&ground.folder.path().join("backups")),
        text(&ground.data()),
        text(&ground.folder.path().join("none")),
    );
    for (arguments, expected) in [
        (vec!["create", "--data", &none, "--to", &from], "none"),
        (
            vec!["create", "--data", &data, "--to", &from, "--task", "9"],
            "there is no store of such a task",
        ),
        (vec!["create", "--data", &data, "--to", "ftp://x"], "ftp://"),
        (vec!["list", "--from", &none], "there is no folder"),
        (
            vec!["verify", "--from", &from, "--backup", "no"],
            "there is no such backup",
        ),
        (
            vec!["restore", "--from", &from, "--data", &none, "--backup", "no"],
            "there is no such backup",
        ),
        (
            vec!["restore", "--from", &from, "--data", &data],
            "1 of 1 tasks were not restored",
        ),
    ] {
        let error = format!("{:#}", command(&arguments).unwrap_err());
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    assert_eq!(
        command(&["list", "--from", &format!("file://{from}"), "--json"]).unwrap(),
        Verdict::Done
    );
}

#[cfg(not(feature = "s3"))]
#[test]
fn a_build_without_s3_says_how_to_get_it() {
    let error = crate::backup::target::open("s3://bucket/folder", true).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("cargo build --release -p palinode-cli --features s3"),
        "{error}"
    );
}
