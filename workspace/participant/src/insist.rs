//! Tries again until it works or the service ends.

use std::time::Duration;

use tracing::warn;

use crate::{Error, Stop, measures, sender::chain};

/// Does `work` as often as it takes; `None` when the end of `service` was asked for before it was done. Nothing of a
/// failed attempt has happened, so that it can be tried again: when the disk is full or the registry away, the service
/// waits and goes on by itself when that is over.
pub(crate) fn insist<T>(service: &str, stop: &Stop, mut work: impl FnMut() -> Result<T, Error>) -> Option<T> {
    let mut pause = PAUSE_MIN;
    loop {
        match work() {
            Ok(done) => return Some(done),
            Err(error) => {
                warn!(service, code = error.code(), error = %chain(&error), "the batch waits");
                metrics::counter!(measures::BATCH_RETRIES, "service" => service.to_owned()).increment(1);
            }
        }
        if stop.wait(pause) {
            return None;
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Between attempts of one batch: short at first, then a pace that a log can bear.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
