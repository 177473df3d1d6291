//! Signals to processes that this crate started. The only place that calls the operating system directly.

use std::io;

/// Sends a signal to one process.
pub(crate) fn to_process(pid: u32, signal: libc::c_int) -> io::Result<()> {
    kill(pid as libc::pid_t, signal)
}

/// Sends a signal to every process of a group.
pub(crate) fn to_group(group: u32, signal: libc::c_int) -> io::Result<()> {
    kill(-(group as libc::pid_t), signal)
}

#[allow(unsafe_code)]
fn kill(target: libc::pid_t, signal: libc::c_int) -> io::Result<()> {
    // SAFETY: `kill` takes two numbers and touches no memory of this process.
    match unsafe { libc::kill(target, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
