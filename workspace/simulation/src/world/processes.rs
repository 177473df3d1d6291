//! Processes begin, end and die.

use super::{Event, ThreadId, world::World};
use crate::{history::Happened, node::Process, plan::Disk};

impl World {
    /// A process begins, unless one runs.
    pub(super) fn begin_process(&mut self, node: usize) {
        if self.processes[node].is_some() {
            return;
        }
        self.runs += 1;
        let process = Process::begin(
            &self.space,
            &self.setting,
            &self.partitions,
            (node, self.runs),
            self.are_old[node],
            &self.disks[node],
        );
        self.processes[node] = Some(process);
        self.membership_changes();
    }

    /// The process dies, with nothing written any more; another begins `down_ms` later on what its disk is then.
    pub(super) fn kill(&mut self, node: usize, down_ms: i64, disk: Disk) {
        let Some(process) = &self.processes[node] else { return };
        process.die();
        self.end_process(node, "it was killed", down_ms);
        self.disks[node].suffer(disk);
    }

    /// The process is over, and another begins later.
    pub(super) fn end_process(&mut self, node: usize, why: &'static str, down_ms: i64) {
        self.adopt();
        let of_node = |(thread, (of, _)): (&ThreadId, &(usize, _))| (*of == node).then_some(*thread);
        let threads: Vec<ThreadId> = self.threads.iter().filter_map(of_node).collect();
        for thread in threads {
            // A thread that ends wakes others of its process: they are gone by then.
            drop(self.threads.remove(&thread));
            self.space.borrow_mut().forget(thread);
        }
        self.held.retain(|(of, _)| *of != node);
        self.processes[node] = None;
        let mut space = self.space.borrow_mut();
        space.begun.retain(|thread| thread.node != node);
        space.network.close_all(node);
        let place = &mut space.places[node];
        place.run = None;
        place.is_paused = false;
        place.dies_after = None;
        space.note(Happened::NodeEnded { node, why });
        space.later(down_ms, Event::Begin { node });
        drop(space);
        self.membership_changes();
    }
}
