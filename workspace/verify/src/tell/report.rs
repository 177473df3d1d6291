//! What is handed back.

use std::fmt;

use palinode_core::{Plan, StepIndex, Timestamp};
use serde::Serialize;

use super::{Line, diagram::diagram, span, story::story, words::Words};
use crate::{
    Bounds, Explored, Rule, Severity,
    facts::Facts,
    world::{Made, Taken},
};

/// What was found out about a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The definition.
    pub definition: String,
    /// Its version.
    pub version: u32,
    /// How many steps it has.
    pub steps: usize,
    /// What was explored.
    pub explored: Explored,
    /// How long a saga can take.
    pub bounds: Bounds,
    /// What was found: violations first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether everything was explored and no rule is broken.
    pub fn is_proved(&self) -> bool {
        self.explored.is_complete && self.violations() == 0
    }

    /// How many rules are broken.
    pub fn violations(&self) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.severity == Severity::Violation)
            .count()
    }

    /// How many findings are warnings.
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.violations()
    }
}

/// Something that a definition's sagas do, and should not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it is broken, or only worth a look.
    pub severity: Severity,
    /// The step that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The shortest path to it; empty when it is that there is no path.
    pub story: Vec<Line>,
    /// The story as a sequence diagram in Mermaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagram: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Violation => "violation",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}[{}]: {}", self.rule, self.message)?;
        for (number, line) in (1..).zip(&self.story) {
            match &line.at {
                Some(at) => write!(f, "\n  {number:>2}. [{at}] {}", line.text)?,
                None => write!(f, "\n  {number:>2}. {}", line.text)?,
            }
        }
        Ok(())
    }
}

/// Tells findings of one definition.
#[derive(Clone, Copy)]
pub(crate) struct Teller<'a> {
    words: Words<'a>,
}

impl<'a> Teller<'a> {
    /// Of `plan`, as it is explored.
    pub(crate) fn new(plan: &'a Plan, facts: &'a Facts) -> Self {
        Self {
            words: Words { plan, facts },
        }
    }

    /// A finding with a path to it.
    pub(crate) fn path(
        self,
        rule: Rule,
        step: Option<StepIndex>,
        message: String,
        played: &[(Option<Timestamp>, Made, &Taken)],
    ) -> Finding {
        Finding {
            rule,
            severity: rule.severity(),
            step: step.map(|step| self.words.name(step)),
            story: story(self.words, played),
            diagram: Some(diagram(self.words, played, &message)),
            message,
        }
    }

    /// A finding that there is no path.
    pub(crate) fn no_path(self, rule: Rule, step: Option<StepIndex>, message: String) -> Finding {
        Finding {
            rule,
            severity: rule.severity(),
            step: step.map(|step| self.words.name(step)),
            message,
            story: Vec::new(),
            diagram: None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explored {
            states,
            moves,
            completed,
            compensated,
            suspended,
            ..
        } = self.explored;
        let verdict = match (self.explored.is_complete, self.violations()) {
            (false, _) => "not proved: there are more states than the limit".to_owned(),
            (true, 0) => "proved".to_owned(),
            (true, 1) => "1 violation".to_owned(),
            (true, violations) => format!("{violations} violations"),
        };
        writeln!(
            f,
            "{} version {}, {} steps: {verdict}",
            self.definition, self.version, self.steps
        )?;
        writeln!(f, "  explored {states} states by {moves} moves")?;
        writeln!(
            f,
            "  ends: {completed} completed, {compensated} compensated; {suspended} states wait for somebody"
        )?;
        write!(
            f,
            "  without a person a saga ends or waits within {} (forward {}, back {})",
            span(self.bounds.whole_ms),
            span(self.bounds.forward_ms),
            span(self.bounds.backward_ms)
        )
    }
}
