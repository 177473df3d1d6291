//! The keys of the snapshots: of each key the topic keeps the last record.

use palinode_core::SagaId;

use crate::headers::{parse_saga_id, saga_id_text};

const SAGA: &str = "saga/";
const CLOSED: &str = "closed/";
const DONE: &str = "checkpoint";

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SnapshotKey {
    /// The last snapshot of a saga that goes on, or a tombstone.
    Saga(SagaId),
    /// A list of sagas that have ended. No two lists share a key.
    Closed {
        /// The lineage of the checkpoint.
        lineage: String,
        /// Tells the lists of a lineage apart.
        list: String,
    },
    /// The end of the last checkpoint.
    Done,
}

impl SnapshotKey {
    /// The key as it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Saga(id) => format!("{SAGA}{}", saga_id_text(id)),
            Self::Closed { lineage, list } => {
                format!("{CLOSED}{}/{list}", lineage.replace('%', "%25").replace('/', "%2F"))
            }
            Self::Done => DONE.into(),
        }
    }

    /// Reads [`SnapshotKey::text`]; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(id) = text.strip_prefix(SAGA) {
            return parse_saga_id(id).map(Self::Saga);
        }
        if let Some(rest) = text.strip_prefix(CLOSED) {
            let (lineage, list) = rest.split_once('/')?;
            return Some(Self::Closed {
                lineage: lineage.replace("%2F", "/").replace("%25", "%"),
                list: list.into(),
            });
        }
        (text == DONE).then_some(Self::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        let closed = |lineage: &str| SnapshotKey::Closed {
            lineage: lineage.into(),
            list: "b-0-2/7".into(),
        };
        let saga = |key: &str| SnapshotKey::Saga(SagaId::new("order-fulfilment", key));
        for key in [
            saga("o-1"),
            saga("eu/7%"),
            closed("a-0-1"),
            closed("eu/a%-0-1"),
            SnapshotKey::Done,
        ] {
            assert_eq!(SnapshotKey::parse(&key.text()), Some(key));
        }
        for text in ["", "saga/", "saga/order", "closed/x", "checkpoints"] {
            assert_eq!(SnapshotKey::parse(text), None, "{text}");
        }
    }
}
