//! The group that proposes which member runs which task.
//!
//! It is subscribed to the inbox alone and never reads it: its assignment of partitions is the proposal. A proposal
//! may be wrong or late at any time; what counts is the claim in the journal. Heartbeats of our own, which find a dead
//! member sooner than the group's session does, are not part of it.

mod asking;
mod context;
mod session;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use self::session::Session;
use super::settings::Settings;
use crate::{Application, Error};

/// How often the end of the thread is looked at while it is waited for.
const CLOSE_LOOK: Duration = Duration::from_millis(5);

/// What the group proposes; the numbers are those of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// These are to be run here as well.
    Assigned(Vec<i32>),
    /// These are to be run elsewhere; nobody has them yet.
    Revoked(Vec<i32>),
    /// These may be run elsewhere already: the group counted this member as dead.
    Lost(Vec<i32>),
}

/// A proposal and its place in the order of all proposals to this member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Rises by one with every proposal, from 1.
    pub generation: u64,
    /// The proposal.
    pub proposal: Proposal,
}

/// A member of the group, on a thread of its own.
pub struct Membership {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Membership {
    /// Joins the group as `application.member`. `deliver` is called with every proposal, on the membership's thread,
    /// which keeps the member alive: it must not block for longer than a second or two.
    ///
    /// # Errors
    /// When a setting is wrong or the thread cannot be started.
    pub fn join(
        settings: &Settings,
        application: &Application,
        deliver: impl FnMut(News) + Send + 'static,
    ) -> Result<Self, Error> {
        settings.validate()?;
        let stop = Arc::new(AtomicBool::new(false));
        let session = Session::new(
            settings.clone(),
            application.clone(),
            Box::new(deliver),
            Arc::clone(&stop),
        );
        let thread = thread::Builder::new()
            .name("membership".into())
            .spawn(move || session.run())
            .map_err(|error| Error::Refused {
                what: format!("no thread for the membership: {error}"),
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Hands the partitions over to the other members and leaves; waits for it at most `within`. Returns whether it
    /// was done in time; if not, it goes on by itself.
    pub fn close(mut self, within: Duration) -> bool {
        self.stop.store(true, Ordering::Release);
        let deadline = Instant::now() + within;
        let Some(thread) = self.thread.take() else { return true };
        while !thread.is_finished() {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(CLOSE_LOOK);
        }
        thread.join().is_ok()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}
