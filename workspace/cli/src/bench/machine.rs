//! The machine, the moment and the version that figures belong to.

use std::{fmt, fs, process::Command, thread};

/// How the program was compiled: development builds leave most of other people's code as it is, to be there soon.
const BUILD: &str = if cfg!(debug_assertions) {
    "a development build"
} else {
    "a release build"
};

/// What a figure is worth nothing without.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    cores: usize,
    model: String,
    memory_gib: u64,
    commit: String,
    date: String,
}

impl Machine {
    /// Looks at this machine.
    pub(super) fn look() -> Self {
        Self {
            cores: thread::available_parallelism().map_or(0, usize::from),
            model: line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into()),
            memory_gib: line("/proc/meminfo", "MemTotal")
                .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
                .map_or(0, |kib| kib / (1024 * 1024)),
            commit: commit().unwrap_or_else(|| "unknown".into()),
            date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cores,
            model,
            memory_gib,
            commit,
            date,
        } = self;
        write!(
            f,
            "{date}, commit {commit}, {BUILD}, {cores} cores ({model}), {memory_gib} GiB of memory"
        )
    }
}

/// How many threads wanted to run in the last minute, on average.
pub(super) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or_default()
}

fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let found = text.lines().find(|line| line.starts_with(name))?;
    Some(found.split_once(':')?.1.trim().to_owned())
}

fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
    Some(if changed {
        format!("{commit} with changes")
    } else {
        commit
    })
}
