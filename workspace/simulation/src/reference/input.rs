//! What can happen to an order.

/// What happens to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// It is placed.
    Place,
    /// Its customer wants it no more.
    Cancel,
    /// Its customer wants to pay again.
    PayAgain,
    /// A service answers.
    Answer(Answer),
    /// Time: everything of this kind (`timeout`, `retry`, `deadline`) that is due at this millisecond, one after the other.
    Time {
        /// The kind.
        kind: String,
        /// When it was due.
        due: i64,
    },
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The place of the step.
    pub step: usize,
    /// Whether it answers the wish to take the step back.
    pub undo: bool,
    /// Whether it was done.
    pub done: bool,
    /// The round that it names; none without headers.
    pub round: Option<u32>,
    /// Why it was not done.
    pub code: String,
}
