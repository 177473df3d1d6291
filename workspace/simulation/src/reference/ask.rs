//! One thing that is asked of a service, and how far it got.

/// How far something got that is asked of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Got {
    /// Nothing was asked.
    #[default]
    Nowhere,
    /// An answer is waited for until then.
    Waiting(i64),
    /// The next attempt comes then.
    Pausing(i64),
    /// It is done.
    Done,
    /// It was refused, and nothing was done.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// Something that is asked of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) got: Got,
    pub(super) round: u32,
    /// Attempts so far.
    pub(super) attempt: u32,
    /// Attempts that count no more.
    pub(super) forgiven: u32,
    /// Whether an attempt of this round had no answer, so that it may be done.
    pub(super) open: bool,
}

impl Ask {
    /// Asks in `round`, and waits until `due`.
    pub(super) fn ask(&mut self, round: u32, due: i64) {
        self.enter(round);
        self.attempt += 1;
        self.got = Got::Waiting(due);
    }

    /// Waits for the next attempt, in `round`, until `at`.
    pub(super) fn pause(&mut self, round: u32, at: i64) {
        self.enter(round);
        self.got = Got::Pausing(at);
    }

    /// A pause is over without another attempt.
    pub(super) fn end_pause(&mut self) {
        if matches!(self.got, Got::Pausing(_)) {
            self.got = if self.open { Got::Unknown } else { Got::Refused };
        }
    }

    /// An attempt had no answer that says anything.
    pub(super) fn unanswered(&mut self) {
        self.open = true;
        if !matches!(self.got, Got::Pausing(_)) {
            self.got = Got::Unknown;
        }
    }

    /// It is settled.
    pub(super) fn settle(&mut self, done: bool) {
        self.got = if done { Got::Done } else { Got::Refused };
        self.open = false;
    }

    /// Whether it ended without success.
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.got, Got::Refused | Got::Unknown)
    }

    /// Whether an answer or another attempt is to come.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.got, Got::Waiting(_) | Got::Pausing(_))
    }

    fn enter(&mut self, round: u32) {
        if round != self.round {
            self.round = round;
            self.open = false;
        }
    }

    /// Whether `round` is older or newer than the one in hand.
    fn age(&self, round: Option<u32>) -> std::cmp::Ordering {
        round.unwrap_or(self.round).cmp(&self.round)
    }

    /// Why an answer that it was done cannot be taken.
    pub(super) fn refuses_done(&self, undo: bool, round: Option<u32>) -> Option<&'static str> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self.age(round), self.got) {
            (Greater, _) => Some("NEVER_REQUESTED"),
            (Less, _) if undo => Some("STALE_REPLY"),
            (Less, _) => Some("CONTRADICTORY_REPLY"),
            (Equal, Got::Nowhere) if self.round == 0 => Some("NEVER_REQUESTED"),
            (Equal, Got::Nowhere | Got::Done) => Some("DUPLICATE_REPLY"),
            (Equal, Got::Refused) => Some("CONTRADICTORY_REPLY"),
            (Equal, _) => None,
        }
    }

    /// Why an answer that it was refused cannot be taken.
    pub(super) fn refuses_refusal(&self, round: Option<u32>) -> Option<&'static str> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self.age(round), self.got) {
            (Greater, _) => Some("NEVER_REQUESTED"),
            (Less, _) => Some("STALE_REPLY"),
            (Equal, Got::Nowhere) if self.round == 0 => Some("NEVER_REQUESTED"),
            (Equal, Got::Nowhere) => Some("STALE_REPLY"),
            (Equal, Got::Done) => Some("CONTRADICTORY_REPLY"),
            (Equal, Got::Refused) => Some("DUPLICATE_REPLY"),
            (Equal, Got::Pausing(_)) if !self.open => Some("DUPLICATE_REPLY"),
            (Equal, _) => None,
        }
    }
}
