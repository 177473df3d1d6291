//! Transactions: who may write under a transactional id, and what belongs to its transaction.

mod change;
mod state;

pub use change::Change;
pub(crate) use state::Transactions;
