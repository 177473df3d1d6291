//! How many tasks of a node are restored at a time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Restores of a node: each takes a processor and memory, so that they are bounded. Clones share the bound. Whoever
/// does not get a place waits without holding anybody else's task.
#[derive(Clone, Debug)]
pub struct Restores(Arc<Places>);

#[derive(Debug)]
struct Places {
    max: usize,
    taken: AtomicUsize,
    /// How many of them standbys have.
    by_standbys: AtomicUsize,
}

/// Who restores a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restorer {
    /// Its owner, for whom orders wait.
    Owner,
    /// A standby. Standbys have half of the places at the most, so that an owner finds one.
    Standby,
}

/// A place among the restores of a node, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Places>, Restorer);

impl Restores {
    /// So many at a time; one at the least.
    pub fn at_most(max: usize) -> Self {
        Self(Arc::new(Places {
            max: max.max(1),
            taken: AtomicUsize::new(0),
            by_standbys: AtomicUsize::new(0),
        }))
    }

    /// How many at a time.
    pub fn max(&self) -> usize {
        self.0.max
    }

    /// A place, if one is free.
    pub(crate) fn place(&self, restorer: Restorer) -> Option<Place> {
        let Places {
            max,
            taken,
            by_standbys,
        } = &*self.0;
        if restorer == Restorer::Standby && !take(by_standbys, (max / 2).max(1)) {
            return None;
        }
        if !take(taken, *max) {
            if restorer == Restorer::Standby {
                by_standbys.fetch_sub(1, Ordering::AcqRel);
            }
            return None;
        }
        Some(Place(Arc::clone(&self.0), restorer))
    }
}

/// Takes one more, when there are fewer than `max`.
fn take(count: &AtomicUsize, max: usize) -> bool {
    let one_more = |taken| (taken < max).then_some(taken + 1);
    count
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
        .is_ok()
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
        if self.1 == Restorer::Standby {
            self.0.by_standbys.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// As a setting: the bound is what counts.
impl PartialEq for Restores {
    fn eq(&self, other: &Self) -> bool {
        self.max() == other.max()
    }
}

impl Eq for Restores {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_given_back() {
        let restores = Restores::at_most(2);
        let place = |restores: &Restores| restores.place(Restorer::Owner);
        let (first, second) = (place(&restores), place(&restores.clone()));
        assert!(first.is_some() && second.is_some());
        assert!(place(&restores).is_none());
        drop(first);
        assert!(place(&restores).is_some());
    }

    #[test]
    fn standbys_leave_half_of_them_to_owners() {
        let restores = Restores::at_most(4);
        let place = |restorer| restores.place(restorer);
        let standbys = [Restorer::Standby; 2].map(place);
        assert!(standbys.iter().all(Option::is_some));
        assert!(place(Restorer::Standby).is_none());
        let owners = [Restorer::Owner; 2].map(place);
        assert!(owners.iter().all(Option::is_some));
        drop(standbys);
        let owners_too = [Restorer::Owner; 2].map(place);
        assert!(owners_too.iter().all(Option::is_some));
        assert!(place(Restorer::Standby).is_none(), "all are taken");
        drop(owners);
        assert!(
            place(Restorer::Standby).is_some(),
            "one that it did not get is not counted"
        );
    }

    #[test]
    fn there_is_always_one() {
        assert_eq!(Restores::at_most(0).max(), 1);
    }
}
