//! What one step's participant was asked, what it answered, and what is true because of it.

use palinode_core::{Purpose, Round};
use serde::{Deserialize, Serialize};

/// The participant of one step. It is told apart from the saga's state on purpose: what is true is known here only by
/// commands that were sent and replies that were delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Participant {
    /// What it said to the step's command.
    pub(crate) forward: Answer,
    /// What it said to the compensation's.
    pub(crate) compensation: Answer,
    /// The rounds of the last commands: the step's, the compensation's.
    rounds: [Round; 2],
    /// Whether the step is done.
    pub(crate) effect: Effect,
    /// How the saga goes by the step.
    pub(crate) way: Way,
    /// Its compensation was given up, and a person was told.
    pub(crate) is_left: bool,
}

impl Participant {
    pub(crate) fn answer(&self, purpose: Purpose) -> Answer {
        match purpose {
            Purpose::Forward => self.forward,
            Purpose::Compensation => self.compensation,
        }
    }

    /// The round of the last command.
    pub(crate) fn round(&self, purpose: Purpose) -> Round {
        self.rounds[place(purpose)]
    }

    /// Leaves only what is true: nothing that comes now is compared with anything.
    pub(crate) fn forget_numbers(&mut self) {
        self.rounds = [Round(1); 2];
    }

    pub(crate) fn round_mut(&mut self, purpose: Purpose) -> &mut Round {
        &mut self.rounds[place(purpose)]
    }
}

fn place(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Forward => 0,
        Purpose::Compensation => 1,
    }
}

/// What a participant said to the last request, under one idempotency key: once said it stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// It was not asked.
    #[default]
    NotAsked,
    /// No reply has arrived: anything may come, at any time, or nothing.
    Open,
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// How the saga goes by a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Way {
    /// It is done, or not yet.
    #[default]
    Through,
    /// It is done item by item.
    Items,
    /// It was passed over.
    Around,
    /// It was given up.
    Without,
}

/// Whether the step is done, as far as anybody can know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// It is not.
    #[default]
    None,
    /// It was asked for, and may be done at any time.
    Possible,
    /// The participant said so.
    Certain,
    /// It was taken back, or barred.
    TakenBack,
}

impl Effect {
    /// Whether there may be something to take back.
    pub(crate) fn is_possible(self) -> bool {
        matches!(self, Self::Possible | Self::Certain)
    }
}
