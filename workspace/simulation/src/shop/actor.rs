//! All of them together, as one actor of the world.

use std::sync::Arc;

use palinode_core::Timestamp;

use crate::{
    broker::Host,
    history::History,
    plan::{Fault, WorldPlan},
    setting::Setting,
};

/// Customers, people and services.
pub struct Shop {
    setting: Arc<Setting>,
    wishes: Vec<(Timestamp, crate::plan::Wish)>,
}

impl Shop {
    /// The shop of the world of `plan`, which begins at `begin`.
    #[must_use]
    pub fn new(setting: Arc<Setting>, plan: &WorldPlan, begin: Timestamp) -> Self {
        let at = |ms: i64| Timestamp(begin.0 + ms);
        let wishes = plan.wishes.iter().map(|wish| (at(wish.at_ms), wish.what.clone()));
        Self {
            setting,
            wishes: wishes.collect(),
        }
    }

    /// When [`Shop::act`] has something to do next, also in the past: then at once. None: when something is appended.
    #[must_use]
    pub fn next_due(&self, host: &Host) -> Option<Timestamp> {
        let _ = (host, &self.setting);
        self.wishes.first().map(|(at, _)| *at)
    }

    /// Does what is due.
    pub fn act(&mut self, now: Timestamp, host: &mut Host, history: &mut History) {
        let _ = (host, history);
        self.wishes.retain(|(at, _)| *at > now);
    }

    /// A fault of the shop: [`Fault::Service`] and [`Fault::Poison`]; others are none of its business.
    pub fn suffer(&mut self, fault: &Fault, now: Timestamp) {
        let _ = (fault, now);
    }

    /// Everybody behaves from here on, and what was never answered is.
    pub fn heal(&mut self, now: Timestamp) {
        let _ = now;
    }
}
