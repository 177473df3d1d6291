//! What a run came to, for the screen and for docs/chaos.md.

use std::{collections::BTreeMap, fmt, fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, ensure};

use crate::topics::Gap;

/// The generated table stands between these.
const BEGIN: &str = "<!-- generated: runs -->";
const END: &str = "<!-- end -->";
const COLUMNS: &str = "| when | commit | brokers | seed | rounds | faults | sagas started | completed | compensated | \
                       suspended for a while | violations | longest gap | took |";

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) brokers: String,
    pub(crate) seed: u64,
    pub(crate) rounds: u64,
    pub(crate) faults: BTreeMap<&'static str, usize>,
    /// Processes that ended by themselves, and how often.
    pub(crate) ended: BTreeMap<String, usize>,
    /// Processes that did not end in order, and how often.
    pub(crate) late: BTreeMap<String, usize>,
    pub(crate) started: u64,
    pub(crate) completed: u64,
    pub(crate) compensated: u64,
    /// At the end.
    pub(crate) suspended: u64,
    /// At some time.
    pub(crate) suspended_for_a_while: usize,
    pub(crate) longest: Gap,
    /// The longest gap of each partition, in seconds, as text.
    pub(crate) gaps: String,
    /// What was going on when the longest gap began.
    pub(crate) longest_during: String,
    pub(crate) violations: Vec<String>,
    /// What the machine does not allow.
    pub(crate) not_possible: Vec<&'static str>,
    pub(crate) took: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "rounds                {} (seed {}, {})",
            self.rounds, self.seed, self.brokers
        )?;
        let all: usize = self.faults.values().sum();
        writeln!(f, "faults                {all}")?;
        for (kind, count) in &self.faults {
            writeln!(f, "  {count:>5}  {kind}")?;
        }
        for what in &self.not_possible {
            writeln!(f, "         not here: {what}")?;
        }
        for (name, count) in &self.ended {
            writeln!(f, "ended by itself       {name}, {count} times")?;
        }
        for (name, count) in &self.late {
            writeln!(f, "did not end in order  {name}, {count} times")?;
        }
        writeln!(f, "sagas started         {}", self.started)?;
        writeln!(f, "  completed           {}", self.completed)?;
        writeln!(f, "  compensated         {}", self.compensated)?;
        writeln!(
            f,
            "  suspended           {}, {} for a while",
            self.suspended, self.suspended_for_a_while
        )?;
        writeln!(
            f,
            "longest gap           {:.1} s in partition {}, in {}",
            seconds(self.longest.millis),
            self.longest.partition,
            self.longest_during
        )?;
        writeln!(f, "  of each partition   {}", self.gaps)?;
        writeln!(f, "violations            {}", self.violations.len())?;
        for violation in &self.violations {
            writeln!(f, "  {violation}")?;
        }
        write!(f, "took                  {:.0} s", self.took.as_secs_f64())
    }
}

impl Summary {
    /// Puts the run into the table of a page, after those before it.
    pub(crate) fn write(&self, page: &Path) -> anyhow::Result<()> {
        let text = fs::read_to_string(page).with_context(|| format!("{} cannot be read", page.display()))?;
        let (before, rest) = text.split_once(BEGIN).context("the page has no place for the table")?;
        let (table, after) = rest.split_once(END).context("the table has no end")?;
        let mut rows: Vec<String> = table
            .lines()
            .filter(|line| line.starts_with("| 2"))
            .map(str::to_owned)
            .collect();
        rows.push(self.row()?);
        let rule = "|---".repeat(COLUMNS.matches('|').count() - 1);
        let new = format!(
            "{before}{BEGIN}\n\n{COLUMNS}\n{rule}|\n{}\n\n{END}{after}",
            rows.join("\n")
        );
        fs::write(page, new).with_context(|| format!("{} cannot be written", page.display()))
    }

    fn row(&self) -> anyhow::Result<String> {
        let faults: Vec<String> = self
            .faults
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let cells = [
            output("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
            output("git", &["rev-parse", "--short", "HEAD"])?,
            self.brokers.clone(),
            self.seed.to_string(),
            self.rounds.to_string(),
            faults.join(", "),
            self.started.to_string(),
            self.completed.to_string(),
            self.compensated.to_string(),
            self.suspended_for_a_while.to_string(),
            self.violations.len().to_string(),
            format!("{:.1} s", seconds(self.longest.millis)),
            format!("{:.0} min", self.took.as_secs_f64() / 60.0),
        ];
        Ok(format!("| {} |", cells.join(" | ")))
    }
}

/// Seconds.
pub(crate) fn seconds(millis: i64) -> f64 {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).as_secs_f64()
}

fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    ensure!(output.status.success(), "{program} failed");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
