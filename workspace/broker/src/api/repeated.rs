//! What a request names more than once.

use std::collections::BTreeSet;

/// What comes more than once.
pub(super) fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    items.filter_map(|item| seen.replace(item)).collect()
}
