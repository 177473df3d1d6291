//! How the stubs behave.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{bail, ensure};
use serde::{Deserialize, Serialize, Serializer};

use super::{Asked, Stub, asked::commands};
use crate::sandbox::{form::Given, span::Span};

/// The rules of all stubs; docs/sandbox.md describes the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Rules {
    /// What chance follows from: equal seeds and equal sagas give equal answers.
    pub(in super::super) seed: u64,
    /// The rules by the record type of the command.
    #[serde(serialize_with = "unusual")]
    commands: BTreeMap<String, Rule>,
}

/// The rule of one command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Rule {
    pub(super) latency: Latency,
    /// The share of requests that are refused.
    pub(super) failures: f64,
    /// The share of replies that are sent twice.
    pub(super) duplicates: f64,
    /// The share of replies that others overtake.
    pub(super) reorder: f64,
    /// Times, counted from the start, in which nothing is answered.
    pub(super) outages: Vec<Window>,
    /// The team's own service answers; there is no stub.
    pub(super) real: bool,
    /// Values of fields of the reply that says that it is done.
    pub(super) success: Given,
    /// Values of fields of the refusal.
    pub(super) failure: Given,
    /// It is out until somebody says that it is back.
    #[serde(rename = "out")]
    pub(super) is_out: bool,
}

/// How long an answer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Latency {
    pub(super) min: Span,
    pub(super) max: Span,
}

/// A time in which nothing is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    from: Span,
    #[serde(rename = "for")]
    length: Span,
}

/// What is to become different about a stub. What is none stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Change {
    /// The record type of the command, or the end of it.
    pub(in super::super) command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) outage: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) failures: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) duplicates: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) reorder: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) latency: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) real: Option<bool>,
}

/// Whether a stub answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// It does.
    No,
    /// Not until this time after the start.
    Until(Duration),
    /// Not until somebody says so.
    UntilBack,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            latency: Latency {
                min: Span(Duration::from_millis(1)),
                max: Span(Duration::from_millis(10)),
            },
            failures: 0.0,
            duplicates: 0.0,
            reorder: 0.0,
            outages: Vec::new(),
            real: false,
            success: Given::new(),
            failure: Given::new(),
            is_out: false,
        }
    }
}

impl Rules {
    /// Reads a file of rules; a command that it does not name has a stub that always succeeds.
    pub(in super::super) fn parse(text: &str, stubs: &BTreeMap<Asked, Stub>) -> anyhow::Result<Self> {
        let mut rules: Self = serde_saphyr::from_str(text)?;
        let commands = commands(stubs);
        for (command, rule) in &rules.commands {
            let Some(refusable) = commands.get(command.as_str()) else {
                bail!("no definition sends {command}; there are {}", words(commands.keys()));
            };
            rule.check(command, *refusable)?;
        }
        for command in commands.keys() {
            rules.commands.entry((*command).to_owned()).or_default();
        }
        Ok(rules)
    }

    /// Takes over the rules of commands that there are; those of others are forgotten.
    pub(in super::super) fn follow(&mut self, mut other: Self) {
        self.seed = other.seed;
        for (command, rule) in &mut self.commands {
            *rule = other.commands.remove(command).unwrap_or_default();
        }
    }

    /// The rule of a command.
    pub(super) fn of(&self, command: &str) -> Option<&Rule> {
        self.commands.get(command)
    }

    /// Changes how a stub behaves, and gives the name of its command.
    pub(in super::super) fn change(
        &mut self,
        change: &Change,
        stubs: &BTreeMap<Asked, Stub>,
    ) -> anyhow::Result<String> {
        let end = format!(".{}", change.command);
        let meant = |name: &&String| **name == change.command || name.ends_with(&end);
        let found: Vec<String> = self.commands.keys().filter(meant).cloned().collect();
        let [name] = found.as_slice() else {
            bail!(
                "'{}' is {} command; there are {}",
                change.command,
                if found.is_empty() { "no" } else { "more than one" },
                words(self.commands.keys())
            );
        };
        let refusable = commands(stubs).get(name.as_str()).copied().unwrap_or_default();
        let Some(rule) = self.commands.get_mut(name) else {
            bail!("'{name}' has no rule")
        };
        let mut changed = rule.clone();
        changed.is_out = change.outage.unwrap_or(rule.is_out);
        changed.failures = change.failures.unwrap_or(rule.failures);
        changed.duplicates = change.duplicates.unwrap_or(rule.duplicates);
        changed.reorder = change.reorder.unwrap_or(rule.reorder);
        changed.latency = change
            .latency
            .map_or(rule.latency, |span| Latency { min: span, max: span });
        changed.real = change.real.unwrap_or(rule.real);
        changed.check(name, refusable)?;
        *rule = changed;
        Ok(name.clone())
    }

    /// The commands, and what is said of their stubs.
    pub(in super::super) fn describe(&self, since_start: Duration) -> BTreeMap<String, String> {
        let line = |(name, rule): (&String, &Rule)| (name.clone(), rule.describe(since_start));
        self.commands.iter().map(line).collect()
    }
}

impl Rule {
    fn check(&self, command: &str, refusable: bool) -> anyhow::Result<()> {
        for (what, share) in [
            ("failures", self.failures),
            ("duplicates", self.duplicates),
            ("reorder", self.reorder),
        ] {
            ensure!(
                (0.0..=1.0).contains(&share),
                "{what} of {command} is {share}, and a share is from 0 to 1"
            );
        }
        ensure!(
            refusable || self.failures == 0.0,
            "{command} cannot be refused: the definition names no reply for a failure"
        );
        ensure!(
            self.latency.min.0 <= self.latency.max.0,
            "the latency of {command} is at least {} and at most {}",
            self.latency.min,
            self.latency.max
        );
        Ok(())
    }

    /// Whether nothing is answered at this time after the start.
    pub(super) fn out(&self, since_start: Duration) -> Out {
        if self.is_out {
            return Out::UntilBack;
        }
        let end = self
            .outages
            .iter()
            .filter_map(|window| window.end_at(since_start))
            .max();
        end.map_or(Out::No, Out::Until)
    }

    fn describe(&self, since_start: Duration) -> String {
        if self.real {
            return "off: the team's own service answers".into();
        }
        let mut words = vec![match self.out(since_start) {
            Out::No => "answers".to_owned(),
            Out::Until(_) | Out::UntilBack => "out".to_owned(),
        }];
        words.push(format!("in {} to {}", self.latency.min, self.latency.max));
        for (what, share) in [
            ("refuses", self.failures),
            ("repeats", self.duplicates),
            ("delays", self.reorder),
        ] {
            if share > 0.0 {
                words.push(format!("{what} {:.0} %", share * 100.0));
            }
        }
        words.join(", ")
    }
}

impl Window {
    /// When this outage ends, if it is one at this time after the start.
    fn end_at(&self, since_start: Duration) -> Option<Duration> {
        let (from, end) = (self.from.0, self.from.0.saturating_add(self.length.0));
        (from..end).contains(&since_start).then_some(end)
    }
}

/// Rules are written down where they are not the default ones.
fn unusual<S: Serializer>(commands: &BTreeMap<String, Rule>, serializer: S) -> Result<S::Ok, S::Error> {
    let usual = Rule::default();
    serializer.collect_map(commands.iter().filter(|(_, rule)| **rule != usual))
}

fn words<T: AsRef<str>>(all: impl Iterator<Item = T>) -> String {
    all.map(|word| word.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::stubs, *};

    fn given() -> BTreeMap<Asked, Stub> {
        let text = include_str!("../../../../../sagas/order-fulfilment.yaml");
        stubs(&[Arc::new(
            palinode_definition::read("order-fulfilment.yaml", text).unwrap(),
        )])
    }

    #[test]
    fn every_command_of_a_definition_has_a_stub_and_a_rule() {
        let stubs = given();
        let rules = Rules::parse("{}", &stubs).unwrap();
        assert_eq!(stubs.len(), 8);
        assert!(stubs.values().all(|stub| rules.of(&stub.command).is_some()));
    }

    #[test]
    fn rules_that_cannot_hold_are_refused() {
        for (text, fault) in [
            ("commands: { shop.payments.Reserve: {} }", "no definition sends"),
            (
                "commands: { shop.payments.ReservePayment: { failures: 2 } }",
                "from 0 to 1",
            ),
            (
                "commands: { shop.payments.CapturePayment: { failures: 0.1 } }",
                "cannot be refused",
            ),
            (
                "commands: { shop.payments.CapturePayment: { latency: { min: 2s, max: 1s } } }",
                "at least 2s",
            ),
            ("commands: { shop.payments.CapturePayment: { latncy: {} } }", "latncy"),
        ] {
            let error = format!("{:#}", Rules::parse(text, &given()).unwrap_err());
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn an_outage_lasts_as_long_as_its_window_or_until_it_is_ended() {
        let text = "commands: { shop.payments.CapturePayment: { outages: [{ from: 10s, for: 5s }] } }";
        let mut rules = Rules::parse(text, &given()).unwrap();
        let is_out = |rules: &Rules, second| {
            let rule = rules.of("shop.payments.CapturePayment").unwrap();
            rule.out(Duration::from_secs(second)) != Out::No
        };
        assert_eq!(
            [9, 10, 14, 15].map(|second| is_out(&rules, second)),
            [false, true, true, false]
        );

        let mut change = Change {
            command: "CapturePayment".into(),
            outage: Some(true),
            ..Change::default()
        };
        rules.change(&change, &given()).unwrap();
        assert!(is_out(&rules, 9));
        change.outage = Some(false);
        rules.change(&change, &given()).unwrap();
        assert!(!is_out(&rules, 9));
    }
}
