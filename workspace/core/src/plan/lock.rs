//! Holding a named key alone.

use std::{sync::Arc, time::Duration};

use crate::{Expression, OnTimeout, StepIndex};

/// A lock that a step takes. From then on the saga holds it, also while it is suspended or taken back, until it ends.
#[derive(Clone, Debug)]
pub struct LockPlan {
    /// Gives the lock's key: text or a whole number. Sagas of all definitions share the locks.
    pub key: Arc<dyn Expression>,
    /// How long the lock is waited for.
    pub timeout: Duration,
    /// What happens when it has not come free by then, or when too many wait for it already.
    pub on_timeout: OnTimeout,
    /// The steps behind this one after which the lock is given back, when all of them are settled; none: at the saga's end.
    pub until: Vec<StepIndex>,
}
