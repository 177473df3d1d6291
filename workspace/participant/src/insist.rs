//! Tries again until it works or the service ends.

use std::time::Duration;

use palinode_log::{Need, Outages};
use rusqlite::ErrorCode;
use tracing::warn;

use crate::{Error, HandlerError, SchemaError, Stop, measures, sender::chain};

/// Does `work` as often as it takes; `None` when the end of `service` was asked for before it was done. Nothing of a
/// failed attempt has happened, so that it can be tried again: when the disk is full or the registry away, the service
/// waits, which `outages` tells, and goes on by itself when that is over.
pub(crate) fn insist<T>(
    service: &str,
    stop: &Stop,
    outages: &Outages,
    mut work: impl FnMut() -> Result<T, Error>,
) -> Option<T> {
    let mut pause = PAUSE_MIN;
    let mut missed = None;
    loop {
        match work() {
            Ok(done) => {
                if let Some(need) = missed {
                    outages.end(need);
                }
                return Some(done);
            }
            Err(error) => {
                let need = need(&error);
                if let Some(before) = missed.filter(|before| Some(*before) != need) {
                    outages.end(before);
                }
                missed = need;
                match need {
                    Some(need) => outages.begin(need, words(&error)),
                    None => warn!(service, code = error.code(), error = %chain(&error), "the batch waits"),
                }
                metrics::counter!(measures::BATCH_RETRIES, "service" => service.to_owned()).increment(1);
            }
        }
        if stop.wait(pause) {
            return None;
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// For people: what is wrong, and what to do about it.
pub(crate) fn words(error: &Error) -> String {
    let todo = match need(error) {
        Some(Need::Registry) => "look whether the registry runs and whether its address is right",
        Some(Need::Disk) => "make room on the disk",
        Some(Need::Broker) | None => "see its log",
    };
    format!(
        "{}. The service waits, nothing is lost, and it goes on by itself; {todo}",
        chain(error)
    )
}

/// What the service lacks, when it is something that comes back.
fn need(error: &Error) -> Option<Need> {
    match error {
        Error::Schema(SchemaError::Unavailable { .. })
        | Error::Handler {
            source: HandlerError::Schema(SchemaError::Unavailable { .. }),
            ..
        } => Some(Need::Registry),
        Error::Database { source, .. }
        | Error::Handler {
            source: HandlerError::Database(source),
            ..
        } => matches!(
            source.sqlite_error_code(),
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)
        )
        .then_some(Need::Disk),
        _ => None,
    }
}

/// Between attempts of one batch: short at first, then a pace that a broker and a disk can bear.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_is_away_is_told_until_it_is_back() {
        let (outages, mut tries) = (Outages::default(), 0);
        let done = insist("till", &Stop::new(), &outages.clone(), || {
            tries += 1;
            if tries == 1 {
                let reason = "nobody listens".to_owned();
                return Err(SchemaError::Unavailable { reason }.into());
            }
            let line = outages.line(Need::Registry).unwrap_or_default();
            assert!(
                line.contains("nobody listens") && line.contains("look whether"),
                "{line}"
            );
            Ok(tries)
        });
        assert_eq!(done, Some(2));
        assert!(!outages.is_away(Need::Registry));
    }

    #[test]
    fn whoever_is_asked_to_end_waits_no_longer() {
        let (outages, stop) = (Outages::default(), Stop::new());
        stop.request();
        let reason = "nobody listens".to_owned();
        let refuse = || -> Result<(), Error> { Err(SchemaError::Unavailable { reason: reason.clone() }.into()) };
        assert_eq!(insist("till", &stop, &outages, refuse), None);
    }
}
