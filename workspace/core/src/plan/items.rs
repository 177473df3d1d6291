//! A step that is done for each element of an array.

use std::sync::Arc;

use crate::Expression;

/// The elements for each of which a step is done, and how many of them at a time. An element is `item` in the fields of
/// the step, its number from 0 is `item_index`.
#[derive(Clone, Debug)]
pub struct ItemsPlan {
    /// Gives the array, from the start event or from replies of the steps before, which do not change.
    pub list: Arc<dyn Expression>,
    /// How many items may be under way at the same time; 1 or more.
    pub parallel: u16,
    /// More elements suspend the saga; at most [`crate::limits::ITEMS_MAX`].
    pub max: u16,
}
