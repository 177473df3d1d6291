//! A world from its beginning to its rest.

use palinode_broker::{CallId, Output};
use palinode_core::Timestamp;
use palinode_engine::{
    Letter,
    cycle::{SchemaAnswer, Signal},
};

use super::{Event, Underway, world::World};
use crate::{Remains, broker::Sent, plan::WorldPlan};

/// What may happen in one moment; more is a world that spins.
const MOMENT_MAX: u32 = 200_000;
/// What may happen in a world.
const STEPS_MAX: u64 = 20_000_000;

/// Runs the world of `plan` to its rest, and tells what is left.
#[must_use]
pub fn run(plan: WorldPlan) -> Remains {
    World::new(plan).run()
}

impl World {
    fn run(mut self) -> Remains {
        let mut steps = 0;
        while !self.rest.is_over() {
            let in_moment = self.moment();
            steps += u64::from(in_moment);
            if in_moment >= MOMENT_MAX || steps >= STEPS_MAX {
                self.rest.give_up(format!("the world spins: {}", self.tell_statuses()));
                break;
            }
            if !self.rest.is_over() {
                self.pass();
            }
        }
        self.into_remains()
    }

    /// Everything that happens at this moment; gives how much that is.
    fn moment(&mut self) -> u32 {
        let mut steps = 0;
        while steps < MOMENT_MAX && !self.rest.is_over() && self.step() {
            steps += 1;
        }
        steps
    }

    /// One thing that happens at this moment. False when there is none.
    fn step(&mut self) -> bool {
        self.adopt();
        self.hear_broker();
        let event = self.space.borrow_mut().next_event();
        if let Some(event) = event {
            self.happen(event);
            return true;
        }
        let ready = self.space.borrow_mut().next_ready();
        if let Some(thread) = ready {
            self.look(thread);
            return true;
        }
        let now = self.now();
        if self.shop.next_due(&self.host).is_some_and(|due| due <= now) {
            let space = &mut *self.space.borrow_mut();
            self.shop.act(now, &mut self.host, &mut space.history);
            return true;
        }
        false
    }

    /// Lets time pass to the next moment at which something happens.
    fn pass(&mut self) {
        let due = [
            self.space.borrow().next_time(),
            self.shop.next_due(&self.host),
            self.host.next_deadline(),
        ];
        let next = due.into_iter().flatten().min().unwrap_or_else(|| self.now());
        self.leap(next);
    }

    /// Lets time pass, at once. What should have happened meanwhile happens late.
    pub(super) fn leap(&mut self, to: Timestamp) {
        let now = {
            let mut space = self.space.borrow_mut();
            space.now = space.now.max(to);
            space.ring();
            space.now
        };
        if self.host.next_deadline().is_some_and(|due| due <= now) {
            self.host.tick(now);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::ToBroker(underway) => self.reach_broker(underway),
            Event::ToClient {
                connection,
                correlation_id,
                answer,
            } => self.space.borrow_mut().deliver(connection, correlation_id, answer),
            Event::Fault(number) => self.suffer(number),
            Event::Over(over) => self.end_fault(over),
            Event::Heal => self.heal(),
            Event::Begin { node } => self.begin_process(node),
            Event::Membership => self.look_around(),
            Event::Tell {
                node,
                run,
                task,
                signal,
            } => self.tell(node, run, task, signal),
            Event::LookUp {
                node,
                run,
                task,
                schema,
            } => {
                let now = self.now();
                let text = self.setting.registry().text(schema);
                let answer = match text {
                    _ if now < self.space.borrow().registry_down_until => {
                        SchemaAnswer::Unavailable("connection refused".into())
                    }
                    Some(text) => SchemaAnswer::Known(text.to_string()),
                    None => SchemaAnswer::Unknown,
                };
                self.tell(node, run, task, Signal::Schema(schema, answer));
            }
            Event::Gather => self.gather(),
            Event::Look => self.look_for_rest(),
        }
    }

    /// Tells a task something, if its process still runs.
    fn tell(&mut self, node: usize, run: u64, task: i32, signal: Signal) {
        if let Some(process) = self.processes[node].as_ref().filter(|process| process.run == run) {
            process.tell(&self.space, task, Letter::Signal(signal));
        }
    }

    fn reach_broker(&mut self, underway: Underway) {
        if !self.space.borrow_mut().arrives(&underway) {
            return;
        }
        let now = self.now();
        let Underway {
            connection,
            correlation_id,
            version,
            request,
            ..
        } = underway;
        let call = CallId {
            connection,
            correlation_id,
        };
        if let Some(answer) = self.door.turn_away(&request, now) {
            let response = Some(answer);
            self.space.borrow_mut().answer(Output { call, response });
            return;
        }
        self.space.borrow_mut().ledger.asked(call, &request);
        let sent = Sent {
            connection,
            correlation_id,
            version,
            request,
        };
        self.host.receive(sent, now);
    }

    /// Takes what the broker answers.
    pub(super) fn hear_broker(&mut self) {
        while let Some(output) = self.host.next_output() {
            let mut space = self.space.borrow_mut();
            let commits = space.decide(&output);
            let node = space.network.node_of(output.call.connection);
            if let Some(node) = node.filter(|_| commits)
                && let Some((left, down_ms)) = space.places[node].dies_after
            {
                let left = left.saturating_sub(1);
                space.places[node].dies_after = (left > 0).then_some((left, down_ms));
                if left == 0 {
                    drop(space);
                    self.kill(node, down_ms, crate::plan::Disk::Kept);
                    continue;
                }
            }
            space.answer(output);
        }
        let gone = std::mem::take(&mut self.space.borrow_mut().network.gone);
        let now = self.now();
        gone.into_iter()
            .for_each(|connection| self.host.disconnected(connection, now));
    }
}
