//! What a scenario file says of itself, before its definition is at hand.

use crate::document::{Mapping, Mistakes, Node, Report, parse};

use super::suite::KEYS;

/// The definition and the schemas that a scenario file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The file of the definition, seen from the folder of the scenario file.
    pub definition: String,
    /// The folder of Avro schemas, seen from the same folder.
    pub schemas: Option<String>,
}

impl Head {
    /// Reads the head of `text`. `file` stands in front of every mistake and is not opened.
    ///
    /// # Errors
    /// When the text is no YAML, or names no definition.
    pub fn read(file: &str, text: &str) -> Result<Self, Mistakes> {
        let mut report = Report::new(file, text);
        let head = parse(text, &mut report).and_then(|node| Self::of(&node, &mut report));
        report.finish(head)
    }

    fn of(node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let map = Mapping::of(node, "a scenario file", KEYS, report)?;
        let definition = map.required("definition", report)?.text(report)?.to_owned();
        let schemas = match map.get("schemas") {
            Some(node) => Some(node.text(report)?.to_owned()),
            None => None,
        };
        Some(Self { definition, schemas })
    }
}
