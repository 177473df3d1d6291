//! Names for what differs from run to run: ids are called by the order in which they were met.

use kafka_protocol::{error::ParseResponseErrorCode, protocol::StrBytes};

/// Ids that were met.
#[derive(Default)]
pub(crate) struct Aliases {
    producers: Vec<i64>,
    members: Vec<StrBytes>,
}

impl Aliases {
    /// What a producer is called.
    pub(crate) fn producer(&mut self, id: i64) -> String {
        if id < 0 {
            return "-".to_owned();
        }
        format!("P{}", place(&mut self.producers, &id))
    }

    /// What a member is called.
    pub(crate) fn member(&mut self, id: &StrBytes) -> String {
        if id.is_empty() {
            return "-".to_owned();
        }
        format!("M{}", place(&mut self.members, id))
    }

    /// The producers that were met.
    pub(crate) fn producers(&self) -> &[i64] {
        &self.producers
    }
}

fn place<T: Clone + PartialEq>(met: &mut Vec<T>, id: &T) -> usize {
    met.iter().position(|known| known == id).unwrap_or_else(|| {
        met.push(id.clone());
        met.len() - 1
    })
}

/// The name of an error code.
pub(crate) fn error(code: i16) -> String {
    code.err().map_or_else(|| "ok".to_owned(), |error| format!("{error:?}"))
}
