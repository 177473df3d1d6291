//! `docs/saga.schema.json` and `docs/saga-language.md` are what the reader knows. With `UPDATE_DOCS=1` they are written.

mod support;

use std::fs;

use palinode_definition::{json_schema, reference};

fn check(document: &str, wanted: &str) {
    let path = support::repository().join("docs").join(document);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == wanted,
        "docs/{document} is out of date; run UPDATE_DOCS=1 cargo test -p palinode-definition --test documents"
    );
}

#[test]
fn the_json_schema_is_that_of_the_reader() {
    check("saga.schema.json", &json_schema());
}

#[test]
fn the_reference_is_that_of_the_reader() {
    check("saga-language.md", &reference());
}

#[test]
fn every_link_of_the_reference_leads_to_a_heading() {
    let page = reference();
    let anchor = |heading: &str| heading.to_ascii_lowercase().replace(' ', "-");
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(anchor)
        .collect();
    let links: Vec<&str> = page
        .split("](#")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap_or_default())
        .collect();
    assert!(links.len() > 10);
    for link in links {
        assert!(headings.iter().any(|heading| heading == link), "#{link}");
    }
}
