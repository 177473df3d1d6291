//! A mapping with a fixed set of keys.

use super::{Key, Kind, Node, Place, Report};

/// A mapping of which every key is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping<'a> {
    what: &'static str,
    entries: &'a [(Key, Node)],
    pub(crate) place: Place,
}

impl<'a> Mapping<'a> {
    /// Takes `node` for `what`, which has no other keys than `keys`.
    pub(crate) fn of(node: &'a Node, what: &'static str, keys: &[&str], report: &mut Report<'_>) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            node.expected(what, report);
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !keys.contains(&key.name.as_str())) {
            let message = format!("{what} has no key '{}'; it has {}", key.name, keys.join(", "));
            report.error(key.place, message);
        }
        Some(Self {
            what,
            entries,
            place: node.place,
        })
    }

    /// The value of a key that may be absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries
            .iter()
            .find(|(known, _)| known.name == key)
            .map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub(crate) fn required(&self, key: &str, report: &mut Report<'_>) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            report.error(self.place, format!("{} needs the key '{key}'", self.what));
        }
        node
    }

    /// The only one of `keys` that is there, and its value.
    pub(crate) fn one_of(&self, keys: &[&'static str], report: &mut Report<'_>) -> Option<(&'static str, &'a Node)> {
        let mut found = keys.iter().filter_map(|key| Some((*key, self.get(key)?)));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            (None, _) => {
                report.error(self.place, format!("{} needs one of {}", self.what, keys.join(", ")));
                None
            }
            (Some((first, _)), Some((second, node))) => {
                let message = format!("{} has either '{first}' or '{second}', not both", self.what);
                report.error(node.place, message);
                None
            }
        }
    }
}
