//! Which changes of a schema a subject allows.

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
use serde::{Deserialize, Serialize};

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

    /// What speaks against the new schema, in sentences. Both are inlined.
    pub(crate) fn objections(self, earlier: &Schema, new: &Schema) -> Vec<String> {
        let mut objections = Vec::new();
        if self.checks_backward() {
            objections.extend(objection(
                "the new schema cannot read what the earlier one wrote",
                earlier,
                new,
            ));
        }
        if self.checks_forward() {
            objections.extend(objection(
                "the earlier schema cannot read what the new one writes",
                new,
                earlier,
            ));
        }
        objections
    }
}

/// Compatible for some values only is incompatible, as it is for Confluent's registry.
fn objection(what: &str, writer: &Schema, reader: &Schema) -> Option<String> {
    match SchemaCompatibility::can_read(writer, reader) {
        Ok(Compatibility::Full) => None,
        Ok(Compatibility::Partial) => Some(format!("{what}: some values have no place in it")),
        Err(error) => Some(format!("{what}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &str) -> Schema {
        Schema::parse_str(&format!(r#"{{"type":"record","name":"Order","fields":[{fields}]}}"#)).unwrap()
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
                assert_eq!(
                    level.objections(earlier, new).is_empty(),
                    allowed,
                    "{level:?} {earlier:?} {new:?}"
                );
            }
            assert!(Level::None.objections(earlier, new).is_empty());
        }
    }

    #[test]
    fn a_symbol_that_readers_do_not_know_is_incompatible() {
        let earlier = Schema::parse_str(r#"{"type":"enum","name":"Size","symbols":["S","L"]}"#).unwrap();
        let new = Schema::parse_str(r#"{"type":"enum","name":"Size","symbols":["S"]}"#).unwrap();

        assert_eq!(Level::Backward.objections(&earlier, &new).len(), 1);
        assert!(Level::Backward.objections(&new, &earlier).is_empty());
    }

    #[test]
    fn the_names_are_those_of_the_levels() {
        for name in Level::NAMES {
            let level: Level = serde_json::from_value(name.into()).unwrap();
            assert_eq!(serde_json::to_value(level).unwrap(), name);
        }
    }
}
