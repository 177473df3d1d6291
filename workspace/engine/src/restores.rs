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
}

/// A place among the restores of a node, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Places>);

impl Restores {
    /// So many at a time; one at the least.
    pub fn at_most(max: usize) -> Self {
        Self(Arc::new(Places {
            max: max.max(1),
            taken: AtomicUsize::new(0),
        }))
    }

    /// How many at a time.
    pub fn max(&self) -> usize {
        self.0.max
    }

    /// A place, if one is free.
    pub(crate) fn place(&self) -> Option<Place> {
        let one_more = |taken| (taken < self.0.max).then_some(taken + 1);
        let taken = self.0.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        taken.is_ok().then(|| Place(Arc::clone(&self.0)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
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
        let (first, second) = (restores.place(), restores.clone().place());
        assert!(first.is_some() && second.is_some());
        assert!(restores.place().is_none());
        drop(first);
        assert!(restores.place().is_some());
    }

    #[test]
    fn there_is_always_one() {
        assert_eq!(Restores::at_most(0).max(), 1);
    }
}
