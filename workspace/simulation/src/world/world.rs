//! All parts of a world.

use std::{collections::BTreeMap, rc::Rc, sync::Arc, time::Duration};

use palinode_core::Timestamp;

use super::{
    Event, Place, Run, Shared, Space, ThreadId, archive::Archive, door::Door, membership::Membership, rest::Rest,
};
use crate::{
    Random, broker::Host, client::Partitions, node::Process, plan::WorldPlan, setting::Setting, shop::Shop, store::Disk,
};

/// When worlds begin.
pub const BEGIN: Timestamp = Timestamp(1_800_000_000_000);

/// The longest that the first process of a node takes to begin.
const BEGIN_MS: i64 = 500;

/// A world.
pub(super) struct World {
    pub(super) plan: WorldPlan,
    pub(super) setting: Arc<Setting>,
    pub(super) partitions: Rc<Partitions>,
    pub(super) space: Shared,
    pub(super) host: Host,
    pub(super) door: Door,
    pub(super) shop: Shop,
    pub(super) processes: Vec<Option<Process>>,
    pub(super) are_old: Vec<bool>,
    pub(super) disks: Vec<Disk>,
    pub(super) runs: u64,
    pub(super) brokers: u32,
    pub(super) threads: BTreeMap<ThreadId, (usize, Run)>,
    /// Threads that are to look again when their process goes on.
    pub(super) held: Vec<(usize, ThreadId)>,
    pub(super) membership: Membership,
    pub(super) archive: Archive,
    pub(super) random: Random,
    pub(super) rest: Rest,
}

impl World {
    /// The world of `plan`, at its beginning.
    pub(super) fn new(plan: WorldPlan) -> Self {
        let place = |node: &crate::plan::NodePlan| Place {
            ahead_ms: node.clock_ahead_ms,
            ..Place::default()
        };
        let places = plan.nodes.iter().map(place).collect();
        let space: Shared = Rc::new(std::cell::RefCell::new(Space::new(plan.seed, BEGIN, places)));
        let setting = Arc::new(Setting::new(&plan));
        let marker_delay = plan.marker_delay_ms.map(|ms| Duration::from_millis(ms.unsigned_abs()));
        let mut host = Host::new(plan.seed, marker_delay);
        host.create_topics(setting.topics(), BEGIN);
        let partitions = Rc::new(Partitions::new(setting.topics()));
        let mut random = Random::new(plan.seed, "world");
        {
            let mut space = space.borrow_mut();
            for node in 0..plan.nodes.len() {
                space.later(random.between(0, BEGIN_MS), Event::Begin { node });
            }
            for (number, fault) in plan.faults.iter().enumerate() {
                space.at(Timestamp(BEGIN.0 + fault.at_ms), Event::Fault(number));
            }
            space.at(Timestamp(BEGIN.0 + plan.heal_at_ms), Event::Heal);
            space.later(0, Event::Gather);
        }
        let disk = |_: &crate::plan::NodePlan| {
            let most = i64::try_from(2 * Disk::usual_unwritten()).unwrap_or(0);
            Disk::new(usize::try_from(random.between(0, most)).unwrap_or(0))
        };
        Self {
            disks: plan.nodes.iter().map(disk).collect(),
            shop: Shop::new(Arc::clone(&setting), &plan, BEGIN),
            membership: Membership::new(plan.nodes.len(), plan.tasks),
            processes: plan.nodes.iter().map(|_| None).collect(),
            are_old: plan.nodes.iter().map(|node| node.is_old).collect(),
            archive: Archive::new(partitions.all()),
            setting,
            partitions,
            space,
            host,
            door: Door::default(),
            runs: 0,
            brokers: 0,
            threads: BTreeMap::new(),
            held: Vec::new(),
            random,
            rest: Rest::default(),
            plan,
        }
    }

    /// The world's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.space.borrow().now
    }

    /// One of the nodes.
    pub(super) fn node(&self, number: usize) -> usize {
        number % self.processes.len().max(1)
    }

    /// One of the tasks.
    pub(super) fn task(&self, number: usize) -> i32 {
        i32::try_from(number).unwrap_or(0) % self.plan.tasks.max(1)
    }
}
