//! The bugs that the simulation has to find are still patches of the sources as they are. `make planted` compiles them and
//! looks whether each is found.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use palinode_simulation::report::Planted;

/// The fewest bugs that there are.
const BUGS_MIN: usize = 30;

/// The names of the patches, and what each says is wrong.
fn patches() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let patches = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    patches
        .filter(|path| path.extension().is_some_and(|extension| extension == "patch"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn every_planted_bug_is_a_patch_of_the_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stale = Vec::new();
    let patches = patches();
    for (name, text) in &patches {
        assert!(
            text.contains(&format!("planted(\"{name}\")")),
            "{name} is switched on by its name"
        );
        assert!(
            text.starts_with(char::is_uppercase),
            "{name} says in its first line what is wrong"
        );
        let mut git = Command::new("git");
        git.current_dir(here.join("../.."))
            .args(["apply", "--check"])
            .arg(here.join(format!("tests/planted/{name}.patch")));
        if !git.status().unwrap().success() {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "these patches do not apply any more: {stale:?}");
    assert!(patches.len() >= BUGS_MIN, "{} bugs are planted", patches.len());
}

#[test]
fn every_planted_bug_was_found_when_it_was_looked_for_last() {
    let patches = patches();
    let planted = patches
        .iter()
        .map(|(name, text)| (name.as_str(), text.lines().next().unwrap()));
    let table = Planted::all();
    let looked_for = table.iter().map(|bug| (&*bug.name, &*bug.what));
    assert!(planted.eq(looked_for), "the table is out of date: make planted");
    let missed: Vec<&Planted> = table.iter().filter(|bug| !bug.is_found()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
