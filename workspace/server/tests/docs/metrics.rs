//! `docs/metrics.md`: every metric that the source names, with its type and labels.

use std::{collections::BTreeMap, fs, path::Path};

use crate::page;

/// A metric as the page or the source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Metric {
    kind: String,
    /// None: the source names the metric by a constant and adds the labels elsewhere.
    labels: Option<Vec<String>>,
}

#[test]
fn the_page_has_every_metric_and_no_other() {
    let page = on_the_page();
    let source = in_the_source();
    let names = |metrics: &BTreeMap<String, Metric>| metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&page),
        names(&source),
        "docs/metrics.md (left) and the source (right) name other metrics"
    );
    for (name, metric) in source {
        assert_eq!(page[&name].kind, metric.kind, "the type of {name}");
        if metric.labels.is_some() {
            assert_eq!(page[&name].labels, metric.labels, "the labels of {name}");
        }
    }
}

/// The rows `| name | type | labels | meaning |`.
fn on_the_page() -> BTreeMap<String, Metric> {
    let page = page::read("docs/metrics.md");
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').map(str::trim).collect();
        let [name, kind, labels, meaning, ..] = cells.as_slice() else {
            return None;
        };
        assert!(!meaning.is_empty(), "{name} has no meaning");
        let labels = labels.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((
            name.trim_end_matches('`').to_owned(),
            Metric {
                kind: (*kind).to_owned(),
                labels: Some(labels),
            },
        ))
    };
    page.lines().filter_map(row).collect()
}

fn in_the_source() -> BTreeMap<String, Metric> {
    let mut found = BTreeMap::new();
    sources(&page::repository().join("workspace"), &mut |text| {
        for (at, _) in text.match_indices('"') {
            if let Some(name) = name_at(&text[at + 1..]) {
                found.insert(name.to_owned(), metric(&text[..at], &text[at + 1 + name.len()..], name));
            }
        }
    });
    found
}

/// The metric's name that a string literal holds, when it is one.
fn name_at(text: &str) -> Option<&str> {
    let literal = text.split('"').next()?;
    let is_ours = literal.starts_with("palinode_") || literal.starts_with("shop_");
    let is_name = literal
        .chars()
        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    (is_ours && is_name).then_some(literal)
}

fn metric(before: &str, after: &str, name: &str) -> Metric {
    let kinds = ["counter", "gauge", "histogram"];
    if let Some(kind) = kinds
        .iter()
        .find(|kind| before.trim_end().ends_with(&format!("{kind}!(")))
    {
        let statement = after.split(';').next().unwrap_or_default();
        let labels = statement
            .split("\" =>")
            .map(|part| part.rsplit('"').next().unwrap_or_default().to_owned());
        let mut labels: Vec<String> = labels.collect();
        labels.pop();
        return Metric {
            kind: (*kind).to_owned(),
            labels: Some(labels),
        };
    }
    let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
    Metric {
        kind: kind.to_owned(),
        labels: None,
    }
}

/// Shows every Rust file of the crates' `src` folders.
fn sources(folder: &Path, show: &mut dyn FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, show);
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.components().any(|part| part.as_os_str() == "src")
        {
            show(&fs::read_to_string(&path).unwrap());
        }
    }
}
