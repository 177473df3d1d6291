//! Settings of the embedded broker's server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use palinode_broker::{Memory, Storage};

use super::{Begins, Disk, Sync, limits::CONNECTIONS_MAX};
use crate::Result;

/// Settings of the embedded broker's server.
pub struct Settings {
    /// Where it listens; port 0: on any that is free.
    pub listen: SocketAddr,
    /// What it is and does. The port that clients are told is filled in when it is 0, with the one it listens on.
    pub broker: palinode_broker::Settings,
    /// Where batches and changes are kept.
    pub storage: Box<dyn Storage>,
    /// The most connections at a time; more are closed at once. The process's limit of open files may allow fewer.
    pub connections_max: usize,
    /// Where its clock begins.
    pub time: Begins,
    /// Ids of producers and topics that it gives begin at this number, unless they are beyond it: for a copy of a broker
    /// whose clients may hold ids that the copy knows nothing of.
    pub ids_from: Option<u64>,
    /// How many threads serve connections.
    pub threads: usize,
}

impl Default for Settings {
    /// A broker of its own, in memory: no two have the same cluster id or topic ids, since a client must be able to tell
    /// one that came back empty from the one before.
    fn default() -> Self {
        let identity = uuid::Uuid::new_v4();
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            broker: palinode_broker::Settings {
                seed: identity.as_u64_pair().0,
                cluster_id: identity.simple().to_string().into(),
                ..palinode_broker::Settings::default()
            },
            storage: Box::new(Memory::default()),
            connections_max: CONNECTIONS_MAX,
            time: Begins::default(),
            ids_from: None,
            threads: 2,
        }
    }
}

impl Settings {
    /// A broker whose data stands in a folder: it is the same cluster at each start.
    ///
    /// # Errors
    /// Another broker works in the folder, another version wrote it, or the disk failed.
    pub fn kept_in(folder: &Path, sync: Sync) -> Result<Self> {
        let disk = Disk::open(folder, sync)?;
        Ok(Self {
            broker: identity_of(&disk),
            storage: Box::new(disk),
            ..Self::default()
        })
    }

    /// A broker in memory that goes on from what stands in a folder of [`Settings::kept_in`]; the folder is not needed
    /// any more.
    ///
    /// # Errors
    /// As for [`Settings::kept_in`].
    pub fn read_from(folder: &Path) -> Result<Self> {
        let mut disk = Disk::open(folder, Sync::Never)?;
        Ok(Self {
            broker: identity_of(&disk),
            storage: Box::new(Memory::of(&mut disk)?),
            ..Self::default()
        })
    }
}

fn identity_of(disk: &Disk) -> palinode_broker::Settings {
    palinode_broker::Settings {
        seed: disk.seed(),
        cluster_id: disk.cluster_id().to_owned().into(),
        ..palinode_broker::Settings::default()
    }
}
