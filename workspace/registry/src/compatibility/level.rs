//! What a new version must be compatible with.

use serde::{Deserialize, Serialize};

use super::difference::Difference;
use super::pair::differences;
use crate::Result;
use crate::schema::Parsed;

/// What a new version of a subject must be compatible with. The names are Confluent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Everything is allowed.
    None,
    /// Readers of the new version can read what the latest one wrote.
    #[default]
    Backward,
    /// Readers of the new version can read what every earlier one wrote.
    BackwardTransitive,
    /// Readers of the latest version can read what the new one writes.
    Forward,
    /// Readers of every earlier version can read what the new one writes.
    ForwardTransitive,
    /// Both directions, with the latest version.
    Full,
    /// Both directions, with every earlier version.
    FullTransitive,
}

impl Level {
    /// The levels as Confluent's registry writes them.
    pub(crate) const NAMES: [&'static str; 7] = [
        "NONE",
        "BACKWARD",
        "BACKWARD_TRANSITIVE",
        "FORWARD",
        "FORWARD_TRANSITIVE",
        "FULL",
        "FULL_TRANSITIVE",
    ];

    pub(crate) fn of(name: &str) -> Option<Level> {
        serde_json::from_value(name.to_uppercase().into()).ok()
    }

    pub(crate) fn name(self) -> &'static str {
        Level::NAMES[self as usize]
    }

    /// Whether all earlier versions count, and not the latest one alone.
    pub(crate) fn is_transitive(self) -> bool {
        matches!(
            self,
            Level::BackwardTransitive | Level::ForwardTransitive | Level::FullTransitive
        )
    }

    fn checks_backward(self) -> bool {
        matches!(
            self,
            Level::Backward | Level::BackwardTransitive | Level::Full | Level::FullTransitive
        )
    }

    fn checks_forward(self) -> bool {
        matches!(
            self,
            Level::Forward | Level::ForwardTransitive | Level::Full | Level::FullTransitive
        )
    }

    /// What speaks against the new schema, one message for each difference; none when it is allowed.
    ///
    /// # Errors
    /// When a schema is nested too deeply.
    pub(crate) fn objections(self, earlier: &Parsed, new: &Parsed) -> Result<Vec<String>> {
        let mut objections = Vec::new();
        if self.checks_forward() {
            objections.extend(messages(differences(earlier, new)?, "old", "new"));
        }
        if self.checks_backward() {
            objections.extend(messages(differences(new, earlier)?, "new", "old"));
        }
        Ok(objections)
    }
}

fn messages(differences: Vec<Difference>, reader: &str, writer: &str) -> Vec<String> {
    differences
        .iter()
        .map(|difference| difference.message(reader, writer))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Submission;

    fn record(fields: &str) -> Parsed {
        let text = format!(r#"{{"type":"record","name":"Order","fields":[{fields}]}}"#);
        Submission::of(text).parse(&[]).unwrap()
    }

    const ID: &str = r#"{"name":"id","type":"string"}"#;
    const NOTE: &str = r#"{"name":"note","type":"string"}"#;
    const NOTE_WITH_DEFAULT: &str = r#"{"name":"note","type":"string","default":""}"#;

    #[test]
    fn each_level_looks_in_its_directions() {
        let (plain, required, optional) = (
            record(ID),
            record(&format!("{ID},{NOTE}")),
            record(&format!("{ID},{NOTE_WITH_DEFAULT}")),
        );
        // (earlier, new) and which of backward, forward and full allow it
        let cases = [
            (&plain, &required, [false, true, false]),
            (&required, &plain, [true, false, false]),
            (&plain, &optional, [true, true, true]),
        ];

        for (earlier, new, allowed) in cases {
            for (level, allowed) in [Level::Backward, Level::Forward, Level::Full].into_iter().zip(allowed) {
                let objections = level.objections(earlier, new).unwrap();
                assert_eq!(objections.is_empty(), allowed, "{level:?} {objections:?}");
            }
            assert!(Level::None.objections(earlier, new).unwrap().is_empty());
        }
    }

    #[test]
    fn a_message_says_where_and_in_which_schema() {
        let objections = Level::Full
            .objections(&record(ID), &record(&format!("{ID},{NOTE}")))
            .unwrap();

        assert_eq!(
            objections,
            [
                "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'the field 'note' at path '/fields/1' in the new \
                 schema has no default value and is missing in the old schema', additionalInfo:'note'}"
            ]
        );
    }

    #[test]
    fn the_names_are_those_of_the_levels() {
        for name in Level::NAMES {
            let level = Level::of(&name.to_lowercase()).unwrap();
            assert_eq!(level.name(), name);
            assert_eq!(serde_json::to_value(level).unwrap(), name);
        }
        assert_eq!(Level::of("MOSTLY"), None);
    }
}
