//! The coverage as a table.

use std::fmt::Write as _;

use crate::coverage::Coverage;

/// A line for each part of the definition: what was walked, and what was not.
pub fn table(coverage: &Coverage) -> String {
    let mut parts: Vec<(&str, Vec<&str>, Vec<&str>)> = Vec::new();
    for (edge, walked) in coverage.edges() {
        if parts.last().is_none_or(|(part, ..)| *part != edge.part) {
            parts.push((&edge.part, Vec::new(), Vec::new()));
        }
        if let Some((_, done, missing)) = parts.last_mut() {
            if walked { done } else { missing }.push(&edge.what);
        }
    }
    let width = parts.iter().map(|(part, ..)| part.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (part, done, missing) in parts {
        let count = format!("{}/{}", done.len(), done.len() + missing.len());
        let missing = if missing.is_empty() {
            "all".to_owned()
        } else {
            format!("not: {}", missing.join(", "))
        };
        // Writing to a string never fails.
        let _ = writeln!(text, "  {part:<width$}  {count:>5}  {missing}");
    }
    let (walked, total, percent) = (coverage.walked(), coverage.total(), coverage.percent());
    let _ = writeln!(text, "  coverage: {walked} of {total} edges, {percent} %");
    text
}
