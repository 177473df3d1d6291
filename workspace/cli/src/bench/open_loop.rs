//! Orders at a fixed rate, whatever becomes of those before them (open loop), and what the orchestrator uses meanwhile.
//!
//! A wait is counted from when an order was due, not from when there was time to place it: who is late with placing
//! orders hides nothing.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{figures::percentile, ground::Stage, processor, traffic::Traffic};

/// Orders that are placed before outcomes are looked at again.
const PLACED_A_LOOK: usize = 64;
/// The longest wait for an outcome when no order is due.
const LOOK: Duration = Duration::from_millis(1);
const BYTES_OF_A_MIB: f64 = 1_048_576.0;

/// What one stretch of time gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// When it ended, since the beginning of the loop.
    pub(super) at: Duration,
    /// Outcomes a second.
    pub(super) rate: f64,
    /// Orders that are open at its end.
    pub(super) open: usize,
    /// Waits of those that ended in it, in milliseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    /// Resident memory of the orchestrator.
    pub(super) memory_mib: f64,
    /// Its open files and sockets.
    pub(super) files: f64,
    /// What its stores take on the disk.
    pub(super) store_mib: f64,
}

/// Places orders and sees them end.
pub(super) struct OpenLoop<'a> {
    stage: &'a Stage<'a>,
    traffic: Traffic<'a>,
    name: &'static str,
    begin: Instant,
}

impl<'a> OpenLoop<'a> {
    /// Orders whose ids begin with `name`.
    pub(super) fn new(stage: &'a Stage<'a>, name: &'static str) -> anyhow::Result<Self> {
        Ok(Self {
            stage,
            traffic: stage.traffic()?,
            name,
            begin: Instant::now(),
        })
    }

    /// Places `rate` orders a second for the length of a window.
    pub(super) fn window(&mut self, rate: f64, length: Duration) -> anyhow::Result<Window> {
        let (begin, mut placed, mut waits) = (Instant::now(), 0_u32, Vec::new());
        loop {
            let now = Instant::now();
            let is_over = now - begin >= length;
            let mut at_once = 0;
            while rate > 0.0 && at_once < PLACED_A_LOOK {
                let due = begin + Duration::from_secs_f64(f64::from(placed) / rate);
                if due > now || due >= begin + length {
                    break;
                }
                self.place(due)?;
                placed += 1;
                at_once += 1;
            }
            self.traffic.look()?;
            if is_over && at_once == 0 {
                break;
            }
            let wait = if at_once == 0 { LOOK } else { Duration::ZERO };
            let mut next = self.traffic.next(wait)?;
            while let Some(ended) = next {
                waits.push(ended.wait().as_secs_f64() * 1_000.0);
                next = self.traffic.next(Duration::ZERO)?;
            }
        }
        self.look(&waits, begin.elapsed())
    }

    /// Waits until every order has ended; fails when none does for a while.
    pub(super) fn drain(&mut self) -> anyhow::Result<()> {
        self.traffic.drain()
    }

    /// How many orders were placed.
    pub(super) fn placed(&self) -> u64 {
        self.traffic.placed()
    }

    fn place(&mut self, due: Instant) -> anyhow::Result<()> {
        let order = format!("{}-{:010}", self.name, self.traffic.placed());
        self.traffic.place(order, due)
    }

    fn look(&self, waits: &[f64], length: Duration) -> anyhow::Result<Window> {
        let orchestrator = self.stage.orchestrator()?;
        Ok(Window {
            at: self.begin.elapsed(),
            rate: waits.len() as f64 / length.as_secs_f64(),
            open: self.traffic.open(),
            p50: percentile(waits, 0.5),
            p99: percentile(waits, 0.99),
            memory_mib: processor::resident_mib(orchestrator)?,
            files: processor::open_files(orchestrator)?,
            store_mib: mib_below(&self.stage.data())?,
        })
    }
}

/// How many mebibytes the files below a folder have.
pub(super) fn mib_below(folder: &Path) -> anyhow::Result<f64> {
    Ok(bytes_below(folder)? / BYTES_OF_A_MIB)
}

/// How many bytes the files below a folder have.
fn bytes_below(folder: &Path) -> anyhow::Result<f64> {
    ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let mut bytes = 0.0;
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        // RocksDB deletes files while they are counted.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => left.push(entry.path()),
                Ok(data) => bytes += data.len() as f64,
                Err(_) => {}
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_folders_in_folders_count() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), [0; 100]).unwrap();
        fs::write(folder.path().join("d"), [0; 11]).unwrap();
        assert_eq!(bytes_below(folder.path()).ok(), Some(111.0));
        assert!(bytes_below(&folder.path().join("d")).is_err());
    }
}
