//! docs/simulation.md is what the code says. UPDATE_DOCS=1 writes it again; what was run stays.

use std::{env, fs, path::Path};

use palinode_simulation::report::{page, run_begins};

#[test]
fn the_page_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/simulation.md");
    let written = fs::read_to_string(&path).unwrap_or_default();
    let (head, run) = written.split_at(run_begins(&written));
    if env::var_os("UPDATE_DOCS").is_some() {
        let text = if run.is_empty() {
            page()
        } else {
            format!("{}\n{run}", page())
        };
        fs::write(&path, text).unwrap();
    } else {
        let message = "docs/simulation.md is out of date: UPDATE_DOCS=1 cargo test -p palinode-simulation --test page";
        assert_eq!(head.trim_end(), page().trim_end(), "{message}");
    }
}
