//! Where the stubs stand, as it is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Counts, Rules, Sagas, desk::Pending, reply::Command};

/// The next offset to read, by topic and partition.
pub(in super::super) type Positions = BTreeMap<String, BTreeMap<i32, i64>>;

/// Where the stubs stand, the answers that they gave apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct StubsState {
    /// From when outages are counted, by the sandbox's time.
    pub(super) began_ms: i64,
    /// How they behave.
    pub(in super::super) rules: Rules,
    /// How far they have read.
    pub(super) positions: Positions,
    /// What they will send, by when.
    pub(super) pending: Vec<(i64, Pending)>,
    /// Commands whose stub is out until somebody says that it is back.
    pub(super) out: Vec<Command>,
    /// What they did.
    pub(super) counts: BTreeMap<String, Counts>,
    /// What became of the sagas.
    pub(super) sagas: Sagas,
}
