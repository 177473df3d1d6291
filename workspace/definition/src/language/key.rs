//! Keys and the mappings that they stand in.

use serde_json::Value;

use super::{Form, Usual};

/// A key of a mapping.
pub(crate) struct Key<F> {
    pub(crate) name: &'static str,
    pub(crate) form: F,
    pub(crate) need: Need,
    /// What it means, in sentences.
    pub(crate) meaning: &'static str,
    /// A value, as it may be written.
    pub(crate) example: &'static str,
}

/// Whether a key must be there, and what holds when it is not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    Required,
    /// Nothing holds.
    Optional,
    /// This holds.
    Usual(Usual),
    /// This holds for a step, and this for a compensation.
    Twofold(Usual, Usual),
}

/// A key as its descriptions see it.
pub(crate) trait Described: Sync {
    fn name(&self) -> &'static str;
    fn need(&self) -> Need;
    fn meaning(&self) -> &'static str;
    fn example(&self) -> &'static str;
    /// What its value is, in words.
    fn form(&self) -> String;
    /// The JSON Schema of its value.
    fn schema(&self) -> Value;
    /// The mappings inside its value.
    fn sections(&self) -> Vec<&'static Section>;
}

impl<F: Form + Sync> Described for Key<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn need(&self) -> Need {
        self.need
    }

    fn meaning(&self) -> &'static str {
        self.meaning
    }

    fn example(&self) -> &'static str {
        self.example
    }

    fn form(&self) -> String {
        self.form.told()
    }

    fn schema(&self) -> Value {
        self.form.schema()
    }

    fn sections(&self) -> Vec<&'static Section> {
        self.form.sections()
    }
}

/// A mapping with a fixed set of keys.
pub(crate) struct Section {
    /// Its name in the JSON Schema.
    pub(crate) name: &'static str,
    /// What messages call it: `a step`.
    pub(crate) what: &'static str,
    /// Its heading in the reference.
    pub(crate) title: &'static str,
    /// What it is for, in sentences.
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [&'static dyn Described],
    pub(crate) rules: &'static [Rule],
}

/// What holds between the keys of a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// Exactly one of these is there.
    OneOf(&'static [&'static str]),
    /// At most one of these is there.
    NotBoth(&'static str, &'static str),
    /// The first is there only with the second.
    With(&'static str, &'static str),
    /// The first is there only with one of the others.
    WithOneOf(&'static str, &'static [&'static str]),
}

impl Section {
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name())
    }
}
