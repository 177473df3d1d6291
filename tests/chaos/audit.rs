//! The audit of everything that was written, by the command that people use.

use std::{
    ffi::OsStr,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::Value;

use crate::world::World;

/// How long what was said at last may take to be read.
const DRAINED_AT_MOST: Duration = Duration::from_secs(60);
/// Between two audits.
const PAUSE: Duration = Duration::from_millis(500);
/// Violations that are told.
const TOLD_MAX: usize = 20;

/// What the auditor says.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) started: u64,
    pub(crate) completed: u64,
    pub(crate) compensated: u64,
    pub(crate) suspended: u64,
    /// Lines that clients wrote down.
    pub(crate) observations: u64,
    /// What is wrong.
    pub(crate) problems: Vec<String>,
    /// The whole report, as JSON.
    pub(crate) report: String,
}

/// Audits the world, in which every saga has ended.
pub(crate) fn audit(world: &World) -> anyhow::Result<Audit> {
    let deadline = Instant::now() + DRAINED_AT_MOST;
    loop {
        let audit = once(world)?;
        if audit.problems.is_empty() || Instant::now() > deadline {
            return Ok(audit);
        }
        thread::sleep(PAUSE);
    }
}

fn once(world: &World) -> anyhow::Result<Audit> {
    let settings = world.settings();
    let output = Command::new(&settings.program)
        .current_dir(&settings.repository)
        .args(["audit", "--json", "--bootstrap-servers", &settings.bootstrap_servers])
        .args([
            "--topic-prefix",
            &settings.topic_prefix,
            "--registry",
            &settings.registry,
        ])
        .arg("--catalog")
        .arg(world.catalogue())
        .args(
            world
                .notes()
                .iter()
                .flat_map(|file| [OsStr::new("--observed"), file.as_os_str()]),
        )
        .output()?;
    let (report, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr),
    );
    let Ok(judged) = serde_json::from_str::<Value>(&report) else {
        return Ok(Audit {
            problems: vec![format!("the audit ended with {}: {errors}", output.status)],
            ..Audit::default()
        });
    };
    let count = |name: &str| judged["counts"][name].as_u64().unwrap_or_default();
    let mut problems = Vec::new();
    if !output.status.success() {
        let violations = judged["violations"].as_array().cloned().unwrap_or_default();
        problems.extend(violations.iter().take(TOLD_MAX).map(|violation| {
            let place = &violation["place"];
            format!("{}: {} ({place})", violation["check"], violation["what"])
        }));
        if problems.is_empty() {
            problems.push(format!("the audit ended with {}: {errors}", output.status));
        }
    }
    if count("dead_letters") > 0 {
        problems.push(format!(
            "{} dead letters, and nobody wrote poison",
            count("dead_letters")
        ));
    }
    Ok(Audit {
        started: count("sagas"),
        completed: count("completed"),
        compensated: count("compensated"),
        suspended: count("suspended"),
        observations: count("observations"),
        problems,
        report,
    })
}

/// Keeps the report beside the logs.
pub(crate) fn keep(audit: &Audit, folder: &Path) -> anyhow::Result<()> {
    std::fs::write(folder.join("audit.json"), &audit.report).context("the report cannot be written")
}
