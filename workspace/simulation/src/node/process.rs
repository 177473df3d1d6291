//! A process of a node, from its beginning to its end.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use palinode_engine::{
    Letter, MAILBOX_LETTERS_MAX, Task,
    cycle::{Cycle, Status},
};

use super::Mailbox;
use crate::{
    client::{Belongings, Client, Partitions},
    history::Happened,
    setting::Setting,
    store::{Disk, DiskStores},
    world::{Hold, Shared, ThreadId},
};

/// A process: one thread for each task of the application, idle until membership proposes.
pub(crate) struct Process {
    /// Its number; no other process of the world has it.
    pub(crate) run: u64,
    /// Its tasks.
    pub(crate) seats: BTreeMap<i32, Seat>,
    /// Whether it has the older set of definitions.
    pub(crate) is_old: bool,
    /// Set while it ends in order: after so many milliseconds another begins, which may be upgraded.
    pub(crate) ends: Option<i64>,
    stores: Arc<DiskStores>,
}

/// A task of a process.
pub(crate) struct Seat {
    /// Its thread.
    pub(crate) thread: ThreadId,
    /// Its letters.
    pub(crate) mailbox: Rc<RefCell<Mailbox>>,
    /// Where it stands.
    pub(crate) status: Rc<RefCell<Status>>,
    /// Whether its thread has ended.
    pub(crate) is_over: bool,
}

impl Process {
    /// Begins a process of `node`, whose disk is `disk`.
    #[must_use]
    pub(crate) fn begin(
        space: &Shared,
        setting: &Setting,
        partitions: &Rc<Partitions>,
        (node, run): (usize, u64),
        is_old: bool,
        disk: &Disk,
    ) -> Self {
        let member = format!("node-{node}");
        let name = format!("{member}-{run}");
        let stores = Arc::new(disk.stores());
        let shared = Arc::new(setting.shared(&member, &name, is_old, Arc::clone(&stores)));
        let application = Arc::clone(&shared.member.application.name);
        let mut seats = BTreeMap::new();
        for task in 0..shared.member.application.partitions {
            let thread = space.borrow_mut().new_thread();
            let seat = Seat {
                thread,
                mailbox: Rc::default(),
                status: Rc::new(RefCell::new(Status::Idle)),
                is_over: false,
            };
            let client = Client::new(Belongings {
                hold: Hold {
                    space: Rc::clone(space),
                    node,
                    thread,
                },
                run,
                task,
                application: Arc::clone(&application),
                mailbox: Rc::clone(&seat.mailbox),
                partitions: Rc::clone(partitions),
                deployment: setting.deployment(is_old),
                status: Rc::clone(&seat.status),
            });
            let cycle = Cycle::new(Arc::clone(&shared), task);
            space
                .borrow_mut()
                .begin(thread, node, Task::new(task, cycle, client).run());
            seats.insert(task, seat);
        }
        let mut at = space.borrow_mut();
        at.places[node].run = Some(run);
        at.note(Happened::NodeBegan { node, run: name.into() });
        drop(at);
        Self {
            run,
            seats,
            is_old,
            ends: None,
            stores,
        }
    }

    /// Tells a task something.
    pub(crate) fn tell(&self, space: &Shared, task: i32, letter: Letter) {
        let Some(seat) = self.seats.get(&task) else { return };
        let mut mailbox = seat.mailbox.borrow_mut();
        mailbox.put(letter);
        let mut space = space.borrow_mut();
        space.measure("letters of a task", mailbox.len(), MAILBOX_LETTERS_MAX);
        space.wake(seat.thread);
    }

    /// Begins to end in order.
    pub(crate) fn stop(&mut self, space: &Shared, down_ms: i64) {
        self.ends = Some(down_ms);
        for task in self.seats.keys() {
            self.tell(space, *task, Letter::Stop);
        }
    }

    /// A thread has ended. True when it was the last one.
    pub(crate) fn thread_ended(&mut self, thread: ThreadId) -> bool {
        let of_thread = |seat: &&mut Seat| seat.thread == thread;
        if let Some(seat) = self.seats.values_mut().find(of_thread) {
            seat.is_over = true;
        }
        self.seats.values().all(|seat| seat.is_over)
    }

    /// It is dying: what its stores have not written is gone.
    pub(crate) fn die(&self) {
        self.stores.die();
    }
}
