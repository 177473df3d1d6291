//! The states of a classic group.

/// Where a group is in its protocol. A dead group is one that is not there.
///
/// ```text
///          a first member              all there, or time is up            the leader's assignment
/// Empty ──────────────────▶ Preparing ─────────────────────────▶ Completing ─────────────────────▶ Stable
///   ▲      nobody came back   │    ▲     a member comes, goes or changes │                           │
///   └─────────────────────────┘    └─────────────────────────────────────┴───────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// No members.
    #[default]
    Empty,
    /// Waiting for members to join.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Every member has its assignment.
    Stable,
}

impl State {
    /// Its name, as Kafka's clients know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}
