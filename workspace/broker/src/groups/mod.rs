//! Groups: their members and their committed offsets.

mod change;
mod state;

pub use change::Change;
pub(crate) use state::Groups;
