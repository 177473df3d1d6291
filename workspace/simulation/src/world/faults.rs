//! Faults happen, and are over.

use palinode_core::Timestamp;

use super::{Event, Over, door::Refusal, membership::Word, world::World};
use crate::{history::Happened, plan::Fault};

impl World {
    /// A fault of the plan happens.
    pub(super) fn suffer(&mut self, number: usize) {
        let Some(fault) = self.plan.faults.get(number).map(|fault| fault.what.clone()) else {
            return;
        };
        self.space.borrow_mut().note(Happened::Fault {
            kind: fault.kind(),
            what: format!("{fault:?}"),
        });
        match fault {
            Fault::Kill { node, down_ms, disk } => self.kill(self.node(node), down_ms, disk),
            Fault::KillAfterCommits { node, commits, down_ms } => {
                let node = self.node(node);
                self.space.borrow_mut().places[node].dies_after = Some((commits.max(1), down_ms));
            }
            Fault::Restart { node, down_ms, upgrade } => self.restart(self.node(node), down_ms, upgrade),
            Fault::Pause { node, ms } => {
                let node = self.node(node);
                let mut space = self.space.borrow_mut();
                if space.places[node].run.is_some() {
                    space.places[node].is_paused = true;
                    space.later(ms, Event::Over(Over::Pause(node)));
                }
                drop(space);
                self.membership_changes();
            }
            Fault::Partition { node, ms } => {
                let node = self.node(node);
                let mut space = self.space.borrow_mut();
                space.places[node].is_cut_off = true;
                space.later(ms, Event::Over(Over::Partition(node)));
                drop(space);
                self.membership_changes();
            }
            Fault::Broker { down_ms } => self.stop_broker(down_ms),
            Fault::Coordinators { ms } => self.door.load_after_start(ms),
            Fault::StoreWriteFails { node, task } => self.disks[self.node(node)].fail_next_write(self.task(task)),
            Fault::Propose { node, task } => self.lie(self.node(node), self.task(task), Word::Run),
            Fault::Withdraw { node, task } => {
                let word = *self.random.pick(&[Word::Follow, Word::Nothing]);
                self.lie(self.node(node), self.task(task), word);
            }
            Fault::Clean => self.clean(),
            Fault::Refuse { topic, ms } => {
                let outputs = self.setting.outputs();
                let topic = outputs[topic % outputs.len()].to_owned();
                let refusal = *self.random.pick(&[Refusal::Forbidden, Refusal::TooLarge]);
                self.door.refusing.insert(topic.clone(), refusal);
                self.space.borrow_mut().later(ms, Event::Over(Over::Refuse(topic)));
            }
            Fault::Poison { .. } | Fault::Service { .. } => self.shop.suffer(&fault, self.now()),
            Fault::Recreate { topic } => self.recreate(topic),
            Fault::Truncate { topic } => self.truncate(topic),
            Fault::Loss { .. }
            | Fault::Slow { .. }
            | Fault::LoseAnswer { .. }
            | Fault::DelayEndTxn { .. }
            | Fault::Registry { .. }
            | Fault::Clock { .. } => self.suffer_between(&fault),
        }
    }

    /// A fault of what is between the processes and the others.
    fn suffer_between(&mut self, fault: &Fault) {
        let nodes = self.processes.len().max(1);
        let space = &mut *self.space.borrow_mut();
        match fault {
            Fault::Loss { percent, ms } => {
                space.network.loss_percent = *percent;
                space.later(*ms, Event::Over(Over::Loss));
            }
            Fault::Slow { up_to_ms, ms } => {
                space.network.delay_ms = *up_to_ms;
                space.later(*ms, Event::Over(Over::Slow));
            }
            Fault::LoseAnswer { node, answer } => {
                *space.places[node % nodes].lose.entry(*answer).or_default() += 1;
            }
            Fault::DelayEndTxn { node, ms } => space.places[node % nodes].delay_end.push_back(*ms),
            Fault::Registry { ms } => {
                space.registry_down_until = space.registry_down_until.max(Timestamp(space.now.0 + ms));
            }
            Fault::Clock { node, by_ms } => space.places[node % nodes].ahead_ms += by_ms,
            _ => {}
        }
    }

    /// The time of a fault is over.
    pub(super) fn end_fault(&mut self, over: Over) {
        match over {
            Over::Pause(node) => {
                self.go_on(node);
                self.membership_changes();
            }
            Over::Partition(node) => {
                self.space.borrow_mut().places[node].is_cut_off = false;
                self.membership_changes();
            }
            Over::Loss => self.space.borrow_mut().network.loss_percent = 0,
            Over::Slow => self.space.borrow_mut().network.heal_delay(),
            Over::Broker => self.start_broker(),
            Over::Refuse(topic) => drop(self.door.refusing.remove(&topic)),
        }
    }

    fn restart(&mut self, node: usize, down_ms: i64, upgrade: bool) {
        if upgrade {
            self.are_old[node] = !self.are_old[node];
        }
        if let Some(process) = &mut self.processes[node]
            && process.ends.is_none()
        {
            process.stop(&self.space, down_ms);
        }
    }

    fn stop_broker(&mut self, down_ms: i64) {
        if !self.host.is_up() {
            return;
        }
        self.hear_broker();
        self.host.stop();
        let mut space = self.space.borrow_mut();
        space.network.broker = None;
        space.ledger.forget();
        for thread in space.network.break_all() {
            space.wake(thread);
        }
        space.later(down_ms, Event::Over(Over::Broker));
    }

    /// Another broker begins on what the one before had acknowledged, unless one runs.
    pub(super) fn start_broker(&mut self) {
        if self.host.is_up() {
            return;
        }
        let now = self.now();
        self.host.start(now);
        self.door.broker_starts(now);
        self.brokers += 1;
        self.space.borrow_mut().network.broker = Some(self.brokers);
        self.membership_changes();
    }
}
