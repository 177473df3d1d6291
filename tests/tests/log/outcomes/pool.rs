//! Cases that mostly wait, many at a time.

use std::{
    env, panic,
    panic::AssertUnwindSafe,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use palinode_tests::broker;

/// How many cases run at a time.
const AT_A_TIME: usize = 24;

/// On which broker a case is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Real,
    Embedded,
}

impl On {
    pub(super) fn bootstrap(self) -> String {
        match self {
            Self::Real => broker::shared().bootstrap(),
            Self::Embedded => broker::embedded().bootstrap().to_owned(),
        }
    }

    /// The brokers for a case that is meant for this one: with `KAFKA=both`, both.
    pub(super) fn wanted(self) -> Vec<Self> {
        if env::var("KAFKA").is_ok_and(|wanted| wanted == "both") {
            return vec![Self::Real, Self::Embedded];
        }
        vec![self]
    }
}

/// Plays all cases, each with its name; a case says what was found in a line.
///
/// # Panics
/// When a case did, after all have ended.
pub(super) fn play<C: Sync>(cases: &[(String, C)], case: impl Fn(&C) -> String + Sync) {
    let (next, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(cases.len()) {
            scope.spawn(|| {
                while let Some((name, what)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = panic::catch_unwind(AssertUnwindSafe(|| case(what)));
                    told.lock().unwrap().push((name, played));
                }
            });
        }
    });
    let mut told = told.into_inner().unwrap();
    told.sort_by_key(|(name, _)| *name);
    let mut failed = Vec::new();
    for (name, played) in told {
        match played {
            Ok(line) => println!("{name:<64} {line}"),
            Err(why) => {
                let why = why.downcast_ref::<String>().cloned();
                failed.push(format!("{name}: {}", why.unwrap_or_else(|| "it panicked".into())));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} cases failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}
