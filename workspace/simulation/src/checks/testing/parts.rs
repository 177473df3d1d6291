//! What worlds made by hand are made of.

use bytes::Bytes;
use palinode_log::{Header, HeaderName, Produced};

use crate::plan::{Definitions, NodePlan, Services, WorldPlan};

/// Services that do what they are asked at once.
pub(super) fn calm() -> Services {
    Services {
        delay_up_to_ms: 0,
        late_percent: 0,
        silent_percent: 0,
        twice_percent: 0,
        refused_percent: 0,
        failed_percent: 0,
        bare_percent: 0,
        unasked_percent: 0,
        wrong_percent: 0,
        read_uncommitted: false,
    }
}

pub(super) fn journal(task: i32, value: Vec<u8>) -> Produced {
    Produced {
        topic: "palinode.journal".into(),
        partition: Some(task),
        key: None,
        value: Some(value.into()),
        headers: Vec::new(),
    }
}

pub(super) fn header(name: &'static str, value: &str) -> Header {
    Header {
        name: HeaderName::Known(name),
        value: Bytes::copy_from_slice(value.as_bytes()),
    }
}

/// The plan of a world of two nodes.
pub(super) fn plan(tasks: i32) -> WorldPlan {
    let node = NodePlan {
        clock_ahead_ms: 0,
        is_old: false,
    };
    WorldPlan {
        seed: 1,
        nodes: vec![node.clone(), node],
        tasks,
        definitions: Definitions::Order,
        marker_delay_ms: None,
        services: calm(),
        wishes: Vec::new(),
        faults: Vec::new(),
        heal_at_ms: 0,
    }
}
