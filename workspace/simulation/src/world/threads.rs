//! The threads of processes: looked at when they were woken, one at a time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll, Waker},
};

use palinode_engine::cycle::Status;

use super::{ThreadId, world::World};
use crate::history::Happened;

impl World {
    /// Takes in the threads that were begun.
    pub(super) fn adopt(&mut self) {
        let begun = std::mem::take(&mut self.space.borrow_mut().begun);
        for thread in begun {
            self.threads.insert(thread.id, (thread.node, thread.run));
        }
    }

    /// Has a thread go on as far as it gets.
    pub(super) fn look(&mut self, thread: ThreadId) {
        let Some((node, mut run)) = self.threads.remove(&thread) else {
            return;
        };
        if self.space.borrow().places[node].is_paused {
            self.threads.insert(thread, (node, run));
            self.held.push((node, thread));
            return;
        }
        let looked = catch_unwind(AssertUnwindSafe(|| {
            run.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        }));
        match looked {
            Ok(Poll::Pending) => drop(self.threads.insert(thread, (node, run))),
            Ok(Poll::Ready(())) => {
                drop(run);
                self.ended(node, thread);
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                drop(run);
                self.panicked(node, thread, text.unwrap_or_default());
            }
        }
        for (task, what) in self.disks[node].notes() {
            self.space.borrow_mut().note(Happened::Store { node, task, what });
        }
    }

    /// As in production: a task that panicked is parked, until its process ends.
    fn panicked(&mut self, node: usize, thread: ThreadId, text: String) {
        let since = self.now();
        let Some(process) = &self.processes[node] else { return };
        for (task, seat) in process.seats.iter().filter(|(_, seat)| seat.thread == thread) {
            let reason = format!("an invariant broke: {text}");
            self.space.borrow_mut().note(Happened::Status {
                node,
                task: *task,
                status: format!("parked: {reason}"),
            });
            *seat.status.borrow_mut() = Status::Parked { reason, since };
        }
        self.ended(node, thread);
    }

    fn ended(&mut self, node: usize, thread: ThreadId) {
        self.space.borrow_mut().forget(thread);
        let Some(process) = &mut self.processes[node] else {
            return;
        };
        let is_last = process.thread_ended(thread);
        if let Some(down_ms) = process.ends.filter(|_| is_last) {
            self.end_process(node, "it was stopped", down_ms);
        }
    }

    /// The process of a node goes on: its threads look again.
    pub(super) fn go_on(&mut self, node: usize) {
        let mut space = self.space.borrow_mut();
        space.places[node].is_paused = false;
        self.held.retain(|(of, thread)| {
            if *of == node {
                space.wake(*thread);
            }
            *of != node
        });
    }
}
