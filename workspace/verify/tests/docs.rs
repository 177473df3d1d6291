//! What `docs/verify.md` shows is what the program says. With `UPDATE_DOCS=1` the page's parts are written anew.

mod common;

use std::{fs, path::PathBuf};

use common::{broken_files, order_fulfilment, report};
use palinode_verify::{Finding, Report, Rule, Severity};

/// The broken definition whose story the page tells.
const TOLD: &str = "attempts_outlive_the_deadline";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify.md")
}

/// The part of the page between the marks of `name`, replaced by `text`.
fn replaced(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{begin} is missing"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{end} is missing"));
    format!("{before}{begin}\n{text}\n{end}{after}")
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

fn violation() -> (String, Finding) {
    let file = broken_files()
        .into_iter()
        .find(|file| file.file_stem().unwrap() == TOLD);
    let text = fs::read_to_string(file.unwrap()).unwrap();
    let finding = report(&text)
        .findings
        .into_iter()
        .find(|known| known.severity == Severity::Violation);
    (text, finding.unwrap())
}

fn shown(report: &Report) -> String {
    let findings: String = report.findings.iter().map(|finding| format!("{finding}\n\n")).collect();
    format!("{findings}{report}")
}

/// One line for each broken definition.
fn broken() -> String {
    let mut table = "| definition | its mistake | found as |\n|---|---|---|\n".to_owned();
    for file in broken_files() {
        let text = fs::read_to_string(&file).unwrap();
        let mut lines = text.lines().map(|line| line.trim_start_matches("# "));
        let (mistake, found) = (lines.next().unwrap(), lines.next().unwrap());
        let found: Vec<String> = found
            .trim_start_matches("finds: ")
            .split(", ")
            .map(|rule| format!("`{rule}`"))
            .collect();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        table.push_str(&format!("| `{name}` | {mistake} | {} |\n", found.join(", ")));
    }
    table
}

#[test]
fn the_page_shows_what_the_program_says() {
    let (definition, violation) = violation();
    let definition: Vec<&str> = definition.lines().skip(2).collect();
    let parts = [
        ("definition", fenced("yaml", &definition.join("\n"))),
        ("story", fenced("text", &violation.to_string())),
        ("diagram", fenced("mermaid", violation.diagram.as_deref().unwrap())),
        ("proof", fenced("text", &shown(&report(&order_fulfilment())))),
        ("mistakes", broken()),
    ];
    let written = fs::read_to_string(page()).unwrap();
    let right = parts
        .iter()
        .fold(written.clone(), |page, (name, text)| replaced(&page, name, text));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page(), &right).unwrap();
    } else {
        assert!(
            right == written,
            "docs/verify.md is out of date; run UPDATE_DOCS=1 cargo test -p palinode-verify --test docs"
        );
    }
}

#[test]
fn the_page_names_every_rule_as_what_it_is() {
    let page = fs::read_to_string(page()).unwrap();
    let (rules, warnings) = page.split_once("\nWarnings are told").unwrap();
    let (warnings, _) = warnings.split_once("\n## ").unwrap();
    for rule in Rule::ALL {
        let place = match rule.severity() {
            Severity::Violation => rules,
            Severity::Warning => warnings,
        };
        assert!(place.contains(&format!("`{rule}`")), "{rule} is not where it should be");
    }
}
