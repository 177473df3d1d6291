//! Broken definitions and the stories that are told about them.
//!
//! Each `tests/broken/<name>.yaml` names the rules that have to be found in its second line, and has a `<name>.txt` beside
//! it with what a person reads. To accept a change: run the tests with `ACCEPT=1`, then read the difference before it is
//! committed.

mod common;

use std::{collections::BTreeSet, fs};

use common::{broken_files, report};
use palinode_verify::{Report, Severity};

/// Planted mistakes that have to be found.
const MISTAKES_MIN: usize = 15;

#[test]
fn every_broken_definition_has_its_story() {
    let mut different = Vec::new();
    for file in broken_files() {
        let told = told(&report(&fs::read_to_string(&file).unwrap()));
        let expected_file = file.with_extension("txt");
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&expected_file, &told).unwrap();
        }
        let expected = fs::read_to_string(&expected_file).unwrap_or_default();
        if told != expected {
            different.push(format!(
                "--- {} says\n{expected}\n--- but it is\n{told}",
                expected_file.display()
            ));
        }
    }
    assert!(
        different.is_empty(),
        "accept with ACCEPT=1 if this is right:\n{}",
        different.join("\n")
    );
}

#[test]
fn every_planted_mistake_is_found() {
    let files = broken_files();
    assert!(
        files.len() >= MISTAKES_MIN,
        "there are {} broken definitions",
        files.len()
    );
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let planted = text
            .lines()
            .nth(1)
            .and_then(|line| line.strip_prefix("# finds: "))
            .unwrap();
        let planted: BTreeSet<&str> = planted.split(", ").collect();
        let report = report(&text);
        let found = |severity| {
            let findings = report
                .findings
                .iter()
                .filter(move |finding| finding.severity == severity);
            findings.map(|finding| finding.rule.code()).collect::<BTreeSet<_>>()
        };
        let (violations, warnings) = (found(Severity::Violation), found(Severity::Warning));
        let missing: Vec<_> = planted
            .iter()
            .filter(|rule| !violations.contains(*rule) && !warnings.contains(*rule))
            .collect();
        assert!(
            missing.is_empty(),
            "{}: {missing:?} not found\n{report}",
            file.display()
        );
        let others: Vec<_> = violations.difference(&planted).collect();
        assert!(
            others.is_empty(),
            "{}: {others:?} found as well\n{report}",
            file.display()
        );
    }
}

#[test]
fn every_violation_has_a_story_or_says_that_there_is_no_path() {
    for file in broken_files() {
        for finding in report(&fs::read_to_string(&file).unwrap()).findings {
            assert_eq!(finding.story.is_empty(), finding.diagram.is_none(), "{finding}");
            assert!(!finding.message.is_empty());
        }
    }
}

/// What a person reads, without the figures of the exploration.
fn told(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&format!("{finding}\n"));
        if finding.severity == Severity::Violation
            && let Some(diagram) = &finding.diagram
        {
            text.push_str(&format!("```mermaid\n{diagram}```\n"));
        }
        text.push('\n');
    }
    text
}
