//! The laws, a checker a file.

mod commands_and_journal;
mod compensation;
mod locks;
mod money;
mod money_sums;
mod nothing_after_end;
mod nothing_unseen;
mod one_effect_per_input;
mod one_outcome;
mod order_per_key;
mod outputs_keyed;
mod positions;
mod readable;
mod rounds;
mod sequence;
mod shop;
mod stock;

pub(crate) use commands_and_journal::CommandsAndJournal;
pub(crate) use compensation::Compensation;
pub(crate) use locks::Locks;
pub(crate) use money::Money;
pub(crate) use nothing_after_end::NothingAfterEnd;
pub(crate) use nothing_unseen::NothingUnseen;
pub(crate) use one_effect_per_input::OneEffectPerInput;
pub(crate) use one_outcome::OneOutcome;
pub(crate) use order_per_key::OrderPerKey;
pub(crate) use outputs_keyed::OutputsKeyed;
pub(crate) use positions::Positions;
pub(crate) use readable::Readable;
pub(crate) use rounds::Rounds;
pub(crate) use sequence::Sequence;
pub(crate) use stock::Stock;
