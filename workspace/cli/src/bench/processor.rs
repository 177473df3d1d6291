//! The processor time, the memory and the open files of a process, threads and kernel included.

use std::{fs, time::Duration};

use anyhow::Context;

/// The kernel tells times to programs in hundredths of a second, whatever its own clock is.
const TICK: Duration = Duration::from_millis(10);
const KIB_OF_A_MIB: f64 = 1_024.0;
/// Where user and system time stand after the process's name.
const USER: usize = 11;
const SYSTEM: usize = 12;

/// What the process `pid` has used so far.
pub(super) fn used(pid: u32) -> anyhow::Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("the processor time cannot be read")?;
    parse(&text).context("the processor time cannot be read")
}

/// What those threads of this process have used so far that have this name and have not ended.
pub(super) fn used_by_threads(name: &str) -> anyhow::Result<Duration> {
    let mut used = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task").context("the threads cannot be listed")? {
        let folder = thread.context("the threads cannot be listed")?.path();
        // A thread may end between the two.
        let (Ok(its_name), Ok(text)) = (
            fs::read_to_string(folder.join("comm")),
            fs::read_to_string(folder.join("stat")),
        ) else {
            continue;
        };
        if its_name.trim_end() == name {
            used += parse(&text).context("the processor time of a thread cannot be read")?;
        }
    }
    Ok(used)
}

/// The memory that the process `pid` has now.
pub(super) fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let unreadable = "the memory of a process cannot be read";
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context(unreadable)?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kib.context(unreadable)? / KIB_OF_A_MIB)
}

/// How many files and sockets the process `pid` has open.
pub(super) fn open_files(pid: u32) -> anyhow::Result<f64> {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).context("the open files of a process cannot be listed")?;
    Ok(files.count() as f64)
}

fn parse(text: &str) -> Option<Duration> {
    // The name stands in brackets and may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(TICK * (ticks(USER)? + ticks(SYSTEM)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added() {
        let text = "7 (a ) name) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 12345 0 0";
        assert_eq!(parse(text), Some(Duration::from_secs(3)));
        assert!(used(std::process::id()).is_ok());
        assert!(resident_mib(std::process::id()).is_ok_and(|mib| mib > 1.0));
        assert!(open_files(std::process::id()).is_ok_and(|files| files >= 3.0));
        assert_eq!(used_by_threads("nobody").ok(), Some(Duration::ZERO));
    }
}
