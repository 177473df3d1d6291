//! A smaller plan with which the same is wrong.

use crate::plan::{Services, WorldPlan};

/// Worlds that are tried at the most.
const TRIES_MAX: u32 = 600;

/// Makes plans smaller while `breaks` says that the same is still wrong with their worlds.
struct Shrink<'a> {
    breaks: &'a mut dyn FnMut(&WorldPlan) -> bool,
    plan: WorldPlan,
    tries: u32,
}

/// A plan, as small as the search could make it, whose world still breaks what `breaks` looks for. It breaks it in
/// `plan` already.
#[must_use]
pub fn shrink(plan: WorldPlan, breaks: &mut dyn FnMut(&WorldPlan) -> bool) -> WorldPlan {
    let mut shrink = Shrink { breaks, plan, tries: 0 };
    while shrink.pass() {}
    shrink.plan
}

impl Shrink<'_> {
    /// Tries everything once. True when something could go, and there are tries left.
    fn pass(&mut self) -> bool {
        let before = self.plan.clone();
        self.drop_parts(
            |plan| plan.faults.len(),
            |plan, from, to| drop(plan.faults.drain(from..to)),
        );
        self.drop_parts(
            |plan| plan.wishes.len(),
            |plan, from, to| drop(plan.wishes.drain(from..to)),
        );
        for calmer in CALMER {
            self.attempt(calmer);
        }
        self.attempt(|plan| plan.nodes.truncate(plan.nodes.len().saturating_sub(1).max(1)));
        self.attempt(|plan| plan.tasks = 1);
        self.attempt(|plan| plan.marker_delay_ms = None);
        self.attempt(|plan| plan.nodes.iter_mut().for_each(|node| node.clock_ahead_ms = 0));
        self.attempt(|plan| plan.nodes.iter_mut().for_each(|node| node.is_old = false));
        self.plan != before && self.tries < TRIES_MAX
    }

    /// Leaves out halves of a list, quarters, and so on down to single parts.
    fn drop_parts(&mut self, count: fn(&WorldPlan) -> usize, leave_out: fn(&mut WorldPlan, usize, usize)) {
        let mut size = count(&self.plan);
        while size > 0 {
            let mut from = 0;
            while from < count(&self.plan) {
                let to = (from + size).min(count(&self.plan));
                if !self.attempt(|plan| leave_out(plan, from, to)) {
                    from = to;
                }
            }
            size /= 2;
        }
    }

    /// Keeps the change when the same is still wrong.
    fn attempt(&mut self, change: impl Fn(&mut WorldPlan)) -> bool {
        let mut smaller = self.plan.clone();
        change(&mut smaller);
        if smaller == self.plan || self.tries >= TRIES_MAX {
            return false;
        }
        self.tries += 1;
        let is_as_wrong = (self.breaks)(&smaller);
        if is_as_wrong {
            self.plan = smaller;
        }
        is_as_wrong
    }
}

/// Each takes one bad manner from the services.
const CALMER: [fn(&mut WorldPlan); 10] = [
    |plan| plan.services.late_percent = 0,
    |plan| plan.services.silent_percent = 0,
    |plan| plan.services.twice_percent = 0,
    |plan| plan.services.refused_percent = 0,
    |plan| plan.services.failed_percent = 0,
    |plan| plan.services.bare_percent = 0,
    |plan| plan.services.unasked_percent = 0,
    |plan| plan.services.wrong_percent = 0,
    |plan| plan.services.read_uncommitted = false,
    |plan| {
        plan.services = Services {
            delay_up_to_ms: plan.services.delay_up_to_ms.min(10),
            ..plan.services.clone()
        }
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Fault, Timed};

    #[test]
    fn only_what_is_needed_for_the_fault_is_left() {
        let mut plan = WorldPlan::draw(5);
        let fault = |at_ms, ms| Timed {
            at_ms,
            what: Fault::Registry { ms },
        };
        plan.faults = (0..40).map(|number| fault(number, number)).collect();
        let mut breaks = |plan: &WorldPlan| {
            let has = |ms| plan.faults.iter().any(|fault| fault.what == Fault::Registry { ms });
            has(3) && has(31) && plan.wishes.len() >= 2
        };
        assert!(breaks(&plan));
        let small = shrink(plan, &mut breaks);
        assert_eq!(small.faults, [fault(3, 3), fault(31, 31)]);
        assert_eq!((small.wishes.len(), small.tasks, small.nodes.len()), (2, 1, 1));
        assert_eq!((small.services.silent_percent, small.services.late_percent), (0, 0));
    }

    #[test]
    fn the_search_ends() {
        let mut tries = 0;
        let plan = WorldPlan::draw(6);
        let same = shrink(plan.clone(), &mut |_| {
            tries += 1;
            false
        });
        assert_eq!(same, plan);
        assert!(tries <= TRIES_MAX);
    }
}
