//! A saga goes on with another version of its definition, or returns to the one before.

use std::sync::Arc;

use crate::{Event, Migrated, Reason, ReasonCode, RejectionCode};

use super::{Draft, advance::advance};

/// Moves the saga, whose new plan the decision is made with, and goes on with it.
pub(super) fn migrate(draft: &mut Draft<'_>, migration: &Arc<Migrated>, by: &Arc<str>) {
    draft.push(Event::SagaMigrated {
        migration: Arc::clone(migration),
        by: Arc::clone(by),
    });
    advance(draft);
}

/// Puts the saga back as it was before it was moved. Nothing follows: what was to be sent then was sent then.
pub(super) fn undo(draft: &mut Draft<'_>, by: &Arc<str>) {
    draft.push(Event::MigrationUndone { by: Arc::clone(by) });
}

/// Leaves the saga as it is, and says why.
pub(super) fn refuse(draft: &mut Draft<'_>, code: RejectionCode, why: &str) {
    draft.reject_because(code, None, Reason::new(ReasonCode::Rejected, why));
}
