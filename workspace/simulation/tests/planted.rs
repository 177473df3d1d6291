//! The bugs that the simulation has to find are still patches of the sources as they are. `make planted` compiles them and
//! looks whether each is found.

use std::{path::Path, process::Command};

/// The fewest bugs that there are.
const BUGS_MIN: usize = 30;

#[test]
fn every_planted_bug_is_a_patch_of_the_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut count, mut stale) = (0, Vec::new());
    for entry in std::fs::read_dir(here.join("tests/planted")).unwrap() {
        let patch = entry.unwrap().path();
        let name = patch.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&patch).unwrap();
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
            .arg(&patch);
        if !git.status().unwrap().success() {
            stale.push(name);
        }
        count += 1;
    }
    assert!(stale.is_empty(), "these patches do not apply any more: {stale:?}");
    assert!(count >= BUGS_MIN, "{count} bugs are planted");
}
