//! A live line while orders are on their way.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use palinode_analytics::Archive;

use super::world::World;

/// How often the line is drawn.
const LOOK: Duration = Duration::from_millis(200);
/// Without any order ending for so long, something is stuck.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Waits until every order has ended.
pub(super) fn await_the_end(world: &World, placed: &[String]) -> anyhow::Result<()> {
    let all = u64::try_from(placed.len()).unwrap_or(u64::MAX);
    let line = ProgressBar::new(all);
    if let Ok(style) = ProgressStyle::with_template("  {bar:30} {pos}/{len} ended  {msg}") {
        line.set_style(style);
    }
    let archive = Archive::open(&world.analytics())?;
    let mut last = (0, Instant::now());
    loop {
        let report = archive.report()?;
        let ended = report.completed + report.compensated;
        line.set_position(ended);
        line.set_message(format!(
            "{} shipped, {} compensated",
            report.completed, report.compensated
        ));
        if ended >= all {
            line.finish_and_clear();
            return Ok(());
        }
        if ended != last.0 {
            last = (ended, Instant::now());
        } else if last.1.elapsed() > SILENCE_MAX {
            line.abandon();
            bail!(
                "{} of {all} orders have not ended; look into the logs (--keep keeps them)",
                all - ended
            );
        }
        thread::sleep(LOOK);
    }
}
