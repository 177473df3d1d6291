//! What the group is asked for, until it has understood it.
//!
//! # Coming back
//! A member that left in order has asked for another topic at its end, see `session`. When it comes back
//! within its session, the classic protocol gives it its assignment of before without looking at what it asks for now
//! (KAFKA-12759): that of the other topic, or none. It would stay without tasks for ever, and with it all members that left.
//! What a member asks for while it is there is looked at. So it asks for the other topic as well, and then no longer.

use std::time::{Duration, Instant};

use super::context::MemberContext;

/// A member that has no task for so long after the group's first answer asks anew: two rounds of the group, in which tasks
/// move from the others to a member that is new. A member more than there are tasks does so in vain, once.
const NOTHING_AFTER: Duration = Duration::from_secs(3);

/// How far this is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asking {
    /// The inbox was asked for, and it is open what the answer is about.
    First {
        /// When the group's first answer was seen.
        answered: Option<Instant>,
    },
    /// The other topic was asked for as well, after so many rebalances.
    Anew { rebalances: u64 },
    /// The group's answers are about what is asked for.
    Understood,
}

/// The topics to subscribe to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subscription {
    Inbox,
    InboxAndOther,
}

impl Asking {
    pub(super) const BEGIN: Self = Self::First { answered: None };

    /// What to subscribe to after what has happened, when it changes.
    pub(super) fn look(&mut self, context: &MemberContext, now: Instant) -> Option<Subscription> {
        let rebalances = context.rebalances();
        match *self {
            Self::First { .. } if !context.owns_nothing() => *self = Self::Understood,
            Self::First { answered: None } if rebalances == 0 => {}
            Self::First { answered } => {
                let answered = answered.unwrap_or(now);
                if !context.owns_other() && now < answered + NOTHING_AFTER {
                    *self = Self::First {
                        answered: Some(answered),
                    };
                    return None;
                }
                tracing::info!("the group still has what this member asked for when it left; it is asked anew");
                *self = Self::Anew { rebalances };
                return Some(Subscription::InboxAndOther);
            }
            Self::Anew { rebalances: before } if rebalances > before => {
                *self = Self::Understood;
                return Some(Subscription::Inbox);
            }
            Self::Anew { .. } | Self::Understood => {}
        }
        None
    }
}
