//! Definitions for the tests, and what is found in them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{fs, path::PathBuf};

use palinode_core::Plan;
use palinode_verify::{Report, Settings, verify};

/// The plan of a definition that the reader takes.
pub(crate) fn plan(text: &str) -> Plan {
    match palinode_definition::read("test.yaml", text) {
        Ok(plan) => plan,
        Err(diagnostics) => panic!("{diagnostics}\n{text}"),
    }
}

/// What is found in a definition.
pub(crate) fn report(text: &str) -> Report {
    verify(plan(text), Settings::default())
}

/// Asserts that nothing is wrong, and tells what is.
pub(crate) fn proved(report: &Report) {
    let findings: String = report.findings.iter().map(|finding| format!("{finding}\n")).collect();
    assert!(report.is_proved(), "{findings}{report}");
}

/// The files of broken definitions, by name.
pub(crate) fn broken_files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// The text of the definition that the repository ships.
pub(crate) fn order_fulfilment() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sagas/order-fulfilment.yaml");
    fs::read_to_string(file).unwrap()
}

/// One step of a definition that is written by a test.
#[derive(Clone, Default)]
pub(crate) struct Step {
    name: String,
    after: Vec<String>,
    lines: Vec<String>,
    refuses: bool,
    compensation: Option<bool>,
}

/// A step that can be refused and has no compensation.
pub(crate) fn step(name: &str) -> Step {
    Step {
        name: name.into(),
        refuses: true,
        ..Step::default()
    }
}

impl Step {
    pub(crate) fn after(mut self, names: &[&str]) -> Self {
        self.after = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// No reply is a refusal.
    pub(crate) fn never_refused(mut self) -> Self {
        self.refuses = false;
        self
    }

    pub(crate) fn compensated(mut self) -> Self {
        self.compensation = Some(false);
        self
    }

    /// It has a compensation that can be refused.
    pub(crate) fn stubbornly_compensated(mut self) -> Self {
        self.compensation = Some(true);
        self
    }

    /// Any other line, for example `pivot: true`.
    pub(crate) fn with(mut self, line: &str) -> Self {
        self.lines.push(line.into());
        self
    }

    fn yaml(&self) -> String {
        let name = &self.name;
        let failed = |record: &str, is: bool| {
            if is {
                format!(", failed: t.{record}")
            } else {
                String::new()
            }
        };
        let mut text = format!(
            "  - id: {name}\n    command: {{ topic: {name}.commands, message: t.Do_{name}, fields: {{}} }}\n    replies: {{ \
             topic: {name}.events, succeeded: t.Done_{name}{} }}\n",
            failed(&format!("Refused_{name}"), self.refuses)
        );
        if !self.after.is_empty() {
            text.push_str(&format!("    after: [{}]\n", self.after.join(", ")));
        }
        for line in &self.lines {
            text.push_str(&format!("    {line}\n"));
        }
        if let Some(refuses) = self.compensation {
            text.push_str(&format!(
                "    compensation:\n      command: {{ message: t.Undo_{name}, fields: {{}} }}\n      replies: {{ succeeded: \
                 t.Undone_{name}{} }}\n",
                failed(&format!("NotUndone_{name}"), refuses)
            ));
        }
        text
    }
}

/// The text of a definition with a deadline and a wish to cancel.
pub(crate) fn definition(steps: &[Step]) -> String {
    let steps: String = steps.iter().map(Step::yaml).collect();
    format!(
        "apiVersion: palinode/v1\nsaga: test\nversion: 1\nowner: test\nstartedBy: {{ event: t.Start, topic: t.starts \
         }}\ncancelledBy: {{ event: t.Cancel, topic: t.wishes }}\ndeadline: 30d\nsteps:\n{steps}"
    )
}
