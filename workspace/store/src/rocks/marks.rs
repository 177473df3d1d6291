//! Marks that every batch leaves in both column families, by which a gap is noticed.
//!
//! RocksDB checks what it reads, but hardly whether something is missing: after an old list of its tables, or without a
//! file of its log, it may open with what came before and what came after. The number of a batch is written to one of 256
//! places in turn, in each family. So a gap of any length leaves an older number in some place, until as many batches have
//! followed; and both families have to end with the same batch.

use std::ops::ControlFlow;

use super::{database::Database, key_kind::KeyKind};
use crate::Error;

/// How many marks there are: as many as the last byte of a number has values.
const MARKS: u64 = 1 << u8::BITS;

/// The key of the mark of batch `number`.
pub(super) fn key(kind: KeyKind, number: u64) -> [u8; 2] {
    let [last, ..] = number.to_le_bytes();
    [kind.byte(), last]
}

/// Checks that both families have the marks of the last batches up to the last one, `number`, which is 0 before the first.
pub(super) fn check(database: &Database, number: u64) -> Result<(), Error> {
    for (kind, family) in [(KeyKind::StateMark, "state"), (KeyKind::IndexMark, "indexes")] {
        let expected = number.saturating_sub(MARKS - 1).max(1)..=number;
        let mut marks = 0;
        database.scan(kind, &[kind.byte()], kind.end(), |at, mark| {
            let mark: u64 = database.decode(at, mark)?;
            if !expected.contains(&mark) || *at != key(kind, mark) {
                return Err(database.damaged(format!(
                    "the {family} have a gap: they end with batch {number} and have the mark of batch {mark}"
                )));
            }
            marks += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        if marks != number.min(MARKS) {
            return Err(database.damaged(format!(
                "the {family} have a gap: of the last batches up to {number} they have {marks} marks"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_after_as_many_batches_as_there_are_marks() {
        let place = |number| key(KeyKind::StateMark, number);
        assert_eq!(place(7), place(7 + MARKS));
        assert!((1..MARKS).all(|step| place(7) != place(7 + step)));
    }
}
