//! What can be made to go wrong.

use std::sync::Arc;

/// How a commit ends instead of succeeding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is aborted and blames nobody.
    Abort,
    /// It is aborted, and this topic is to blame.
    Refuse(Arc<str>),
    /// Another instance has the id.
    Fence,
    /// Nobody knows; it stands.
    UnknownCommitted,
    /// Nobody knows; it does not stand.
    UnknownAborted,
}
