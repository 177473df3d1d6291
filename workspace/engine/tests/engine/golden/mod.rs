//! Journals that were recorded once, by real runs, and are replayed for ever: what an older version wrote is understood,
//! and leads to the same states. A folder of `tests/golden` is one recording and is never changed; whoever changes what
//! the journal holds records another (`RECORD_GOLDEN=<folder>`, see `record`).

mod plays;
mod record;
mod recording;
mod replay;
