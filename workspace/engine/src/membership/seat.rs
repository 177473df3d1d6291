//! What this member does for one task, and what it is to do.

use palinode_wire::heartbeat::{TaskRole, TaskStanding};

use super::Moment;
use crate::cycle::Status;

/// What a member is to do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Run it, or take it over.
    Owner,
    /// Follow its journal.
    Standby,
    /// Nothing.
    Idle,
}

/// What this member does for a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    #[default]
    Idle,
    /// It should follow the journal and cannot.
    Declined,
    /// It follows the journal and has read it up to this offset; none while the store is being opened.
    Standby(Option<i64>),
    /// It is taking the task over, or has parked it; its claim stands at this offset.
    Claiming(Option<i64>),
    /// It runs the task.
    Owner {
        /// The offset of its claim.
        claim: Option<i64>,
        /// The offset of the last journal record that its store reflects.
        journal: Option<i64>,
    },
}

impl From<&Status> for Standing {
    fn from(status: &Status) -> Self {
        match status {
            Status::Idle => Self::Idle,
            Status::Standby { trouble: Some(_), .. } => Self::Declined,
            Status::Standby { journal, trouble: None } => Self::Standby(*journal),
            Status::TakingOver { claim, .. } => Self::Claiming(*claim),
            Status::Parked { .. } => Self::Claiming(None),
            Status::Running { claim, journal, .. } => Self::Owner {
                claim: *claim,
                journal: *journal,
            },
        }
    }
}

impl Standing {
    /// The offset of the claim that stands.
    pub(super) fn claim(self) -> Option<i64> {
        match self {
            Self::Claiming(claim) | Self::Owner { claim, .. } => claim,
            Self::Idle | Self::Declined | Self::Standby(_) => None,
        }
    }

    /// Whether this member works on the task only once it has claimed it.
    pub(super) fn has_not_begun(self) -> bool {
        matches!(
            self,
            Self::Idle | Self::Declined | Self::Standby(_) | Self::Claiming(None)
        )
    }

    /// As the others are told; none when there is nothing to tell.
    pub(super) fn told(self, task: i32) -> Option<TaskStanding> {
        let (role, journal) = match self {
            Self::Idle => return None,
            Self::Declined => (TaskRole::Declined, None),
            Self::Standby(journal) => (TaskRole::Standby, journal),
            Self::Claiming(_) => (TaskRole::Claiming, None),
            Self::Owner { journal, .. } => (TaskRole::Owner, journal),
        };
        Some(TaskStanding {
            task,
            role,
            claim: self.claim(),
            journal,
        })
    }
}

/// What a council keeps of one task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seat {
    /// What this member does.
    pub(super) standing: Standing,
    /// That the group wants this member to run it.
    pub(super) assignment: Option<Assignment>,
    /// When the group last said that it does not.
    pub(super) withdrawn_at: Moment,
    /// That this member has decided to run it: the newest claim that it knew of then, or its own since; -1 for none.
    pub(super) bid: Option<i64>,
    /// Whether it had claimed the task, and lost it before it was told to leave it.
    pub(super) is_lost: bool,
}

impl Seat {
    /// This member does this now.
    pub(super) fn stands(&mut self, standing: Standing) {
        let claims_anew = standing == Standing::Claiming(None);
        self.is_lost = claims_anew && (self.is_lost || self.standing.claim().is_some());
        self.standing = standing;
    }
}

/// The group's word that this member is to run a task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Assignment {
    /// The newest claim of another member that was known when it came: it is newer than that one. None when none was known;
    /// then it is newer than the first one that is heard of.
    pub(super) over: Option<i64>,
    /// A newer claim has overtaken it; it counts again from this moment.
    pub(super) again_at: Option<Moment>,
    /// How often that happened.
    pub(super) overtaken: u32,
    /// Since when another member is taking the task over, or has parked it.
    pub(super) claiming_since: Option<Moment>,
}
