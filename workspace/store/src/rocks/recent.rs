//! Open sagas as the last changes left them, so that the next input of a saga needs no look at the disk.
//!
//! Two halves: what is written goes to the young one; when that is full it becomes the old one, and what was in the old
//! one before is forgotten. A saga that is written again moves to the young half.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use palinode_core::{Saga, SagaId};

use super::saga_size::size;

/// Bytes of the sagas in one half, about. Twelve tasks keep 50 MB at the most.
const HALF_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The open sagas that were written last.
#[derive(Default)]
pub(super) struct Recent {
    young: HashMap<SagaId, Saga, RandomState>,
    old: HashMap<SagaId, Saga, RandomState>,
    young_bytes: usize,
}

impl Recent {
    /// The saga, when it is kept; it is open then.
    pub(super) fn saga(&self, id: &SagaId) -> Option<&Saga> {
        self.young.get(id).or_else(|| self.old.get(id))
    }

    /// Forgets a saga, because it changes.
    pub(super) fn forget(&mut self, id: &SagaId) {
        match self.young.remove(id) {
            Some(before) => self.young_bytes -= size(&before),
            None => drop(self.old.remove(id)),
        }
    }

    /// Takes in what was written. Of a saga that has ended nothing more is expected.
    pub(super) fn written(&mut self, id: SagaId, saga: Saga) {
        self.forget(&id);
        if saga.open().is_none() {
            return;
        }
        self.young_bytes += size(&saga);
        self.young.insert(id, saga);
        if self.young_bytes > HALF_BYTES_MAX {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use palinode_core::{ClosedSaga, Direction, Outcome, Payload, SagaState, SchemaId, Sequence, Timestamp};

    use super::*;

    fn id(number: usize) -> SagaId {
        SagaId::new("order", format!("o-{number}"))
    }

    fn open(payload_bytes: usize) -> Saga {
        Saga::Open(Box::new(SagaState {
            id: id(0),
            version: 1,
            sequence: Sequence(1),
            started_at: Timestamp(1),
            changed_at: Timestamp(1),
            deadline_at: None,
            correlation: "c".into(),
            traceparent: None,
            start: Payload {
                schema: SchemaId(1),
                bytes: Bytes::from(vec![0; payload_bytes]),
            },
            direction: Direction::Forward,
            suspended: None,
            steps: Vec::new(),
            expansions: Vec::new(),
            parent: None,
            moved: None,
        }))
    }

    #[test]
    fn an_open_saga_is_kept_until_it_ends() {
        let mut recent = Recent::default();
        recent.written(id(1), open(10));
        assert_eq!(recent.saga(&id(1)), Some(&open(10)));
        let closed = Saga::Closed(ClosedSaga {
            outcome: Outcome::Completed,
            at: Timestamp(2),
            version: 1,
            sequence: Sequence(2),
            memory: None,
        });
        recent.written(id(1), closed);
        assert_eq!(recent.saga(&id(1)), None);
    }

    #[test]
    fn memory_is_bounded_and_what_was_written_last_stays() {
        let mut recent = Recent::default();
        let payload = HALF_BYTES_MAX / 8;
        for number in 0..100 {
            recent.written(id(number), open(payload));
            assert_eq!(recent.saga(&id(number)), Some(&open(payload)), "number {number}");
            assert!(recent.young.len() + recent.old.len() <= 16);
        }
        assert_eq!(recent.saga(&id(0)), None);
    }

    #[test]
    fn what_is_written_again_outlives_its_neighbours() {
        let mut recent = Recent::default();
        for number in 1..100 {
            recent.written(id(0), open(HALF_BYTES_MAX / 8));
            recent.written(id(number), open(HALF_BYTES_MAX / 8));
        }
        assert!(recent.saga(&id(0)).is_some() && recent.saga(&id(1)).is_none());
    }
}
