//! What a checker is.

use super::{
    Found, Scene, Violation, audited, buffers, clock, conduct, fencing, late_success, own_faults, reference, rest,
    store, timers, told, waiting_replies, whole,
};

/// One law, and how to see that it was kept.
pub trait Check {
    /// The name, for reports and for the search of a smaller plan.
    fn name(&self) -> &'static str;

    /// The law in a sentence.
    fn law(&self) -> &'static str;

    /// What it does not judge, and why; for the report.
    fn exceptions(&self) -> &'static [&'static str] {
        &[]
    }

    /// Looks at what is left of a world.
    fn check(&self, scene: &Scene<'_>, found: &mut Found);
}

/// All checkers.
#[must_use]
pub fn all() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(rest::Rest),
        Box::new(whole::Whole),
        Box::new(told::Told),
        Box::new(fencing::Fencing),
        Box::new(conduct::Conduct),
        Box::new(clock::Clock),
        Box::new(timers::Timers),
        Box::new(waiting_replies::WaitingReplies),
        Box::new(late_success::LateSuccess),
        Box::new(store::Store),
        Box::new(buffers::Buffers),
        Box::new(own_faults::OwnFaults),
        Box::new(reference::Reference),
        Box::new(audited::Audited),
    ]
}

/// What is wrong with a world, by all checkers; none when all is well.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Violation> {
    let look = |check: &dyn Check| {
        let mut found = Found::new(check.name());
        check.check(scene, &mut found);
        found.into_kept()
    };
    all().iter().flat_map(|check| look(check.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checks::testing::Made;

    #[test]
    fn a_world_in_which_nothing_happened_is_right() {
        let made = Made::new(2);
        assert_eq!(judge(&Scene::new(&made.remains, &made.known)), []);
    }

    #[test]
    fn every_checker_has_a_name_of_its_own_and_a_law() {
        let names: BTreeSet<&str> = all().iter().map(|check| check.name()).collect();
        assert_eq!(names.len(), all().len());
        assert!(all().iter().all(|check| check.law().ends_with('.')));
        let all = all();
        let mut exceptions = all.iter().flat_map(|check| check.exceptions());
        assert!(exceptions.all(|exception| exception.ends_with('.')));
    }
}
