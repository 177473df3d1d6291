//! Waiting for what should come.

use std::{
    thread,
    time::{Duration, Instant},
};

/// What a scenario waits for at the most; a busy machine needs a part of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until there is something.
///
/// # Panics
/// When nothing came in time.
pub(crate) fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look)
}

/// Looks until there is something, so long.
///
/// # Panics
/// When nothing came in time.
pub(crate) fn eventually_within<T>(at_most: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + at_most;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {} s: {what}", at_most.as_secs());
        thread::sleep(LOOK);
    }
}
