//! What can be set for the whole registry or for one subject: the config and the mode.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Level;

/// How registrations are judged. What is not set follows the global config, or the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// What a new version must be compatible with; backward by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility_level: Option<Level>,
    /// Whether schemas are normalised even if the request does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// What another registry has set. It is kept and has no effect here.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

impl Config {
    /// This config, and what it leaves open from the other one.
    pub(crate) fn or(&self, other: &Config) -> Config {
        Config {
            compatibility_level: self.compatibility_level.or(other.compatibility_level),
            normalize: self.normalize.or(other.normalize),
            others: self.others.clone(),
        }
    }

    /// The level that holds.
    pub(crate) fn level(&self) -> Level {
        self.compatibility_level.unwrap_or_default()
    }

    /// The config as it is shown: its level is never left open.
    pub(crate) fn shown(&self) -> Config {
        Config {
            compatibility_level: Some(self.level()),
            normalize: self.normalize,
            others: self.others.clone(),
        }
    }
}

/// What may be done with a subject. The names are Confluent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// Everything.
    #[default]
    ReadWrite,
    /// Nothing is changed.
    ReadOnly,
    /// The same, by an older name.
    #[serde(rename = "READONLY_OVERRIDE")]
    ReadOnlyOverride,
    /// Registrations bring the schema's id, and are not checked for compatibility.
    Import,
    /// What a registry that hands requests on is in. Here it is another word for import, and global only.
    Forward,
}

impl Mode {
    pub(crate) fn is_read_only(self) -> bool {
        matches!(self, Mode::ReadOnly | Mode::ReadOnlyOverride)
    }

    pub(crate) fn takes_ids(self) -> bool {
        matches!(self, Mode::Import | Mode::Forward)
    }

    pub(crate) fn of(name: &str) -> Option<Mode> {
        serde_json::from_value(name.to_uppercase().into()).ok()
    }
}

impl Display for Mode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::ReadWrite => "READWRITE",
            Mode::ReadOnly => "READONLY",
            Mode::ReadOnlyOverride => "READONLY_OVERRIDE",
            Mode::Import => "IMPORT",
            Mode::Forward => "FORWARD",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_subject_leaves_open_is_the_global_one() {
        let global = Config {
            compatibility_level: Some(Level::Full),
            normalize: Some(true),
            others: Map::new(),
        };
        let own = Config {
            compatibility_level: Some(Level::None),
            ..Config::default()
        };

        assert_eq!(
            (own.or(&global).level(), own.or(&global).normalize),
            (Level::None, Some(true))
        );
        assert_eq!(Config::default().or(&global), global);
        assert_eq!(Config::default().level(), Level::Backward);
    }

    #[test]
    fn modes_are_known_in_any_letters() {
        for mode in [
            Mode::ReadWrite,
            Mode::ReadOnly,
            Mode::ReadOnlyOverride,
            Mode::Import,
            Mode::Forward,
        ] {
            assert_eq!(Mode::of(&mode.to_string().to_lowercase()), Some(mode));
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.to_string());
        }
        assert_eq!(Mode::of("WRITEONLY"), None);
    }
}
