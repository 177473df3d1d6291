//! The tasks of one process.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use palinode_core::{Saga, SagaId, SchemaId};
use palinode_log::{Log, TaskLog};
use palinode_store::Stores;
use palinode_wire::partition_of;
use parking_lot::Mutex;

use crate::{
    Answer, Error, Letter, Library, MAILBOX_LETTERS_MAX, Task,
    cycle::{Cycle, SchemaAnswer, Shared, Signal, Standing, Status},
    membership::Role,
    thread::{self, LookUp, Thread, waker},
};

/// The tasks of one process: one thread each, idle until membership proposes.
pub struct Node {
    tasks: BTreeMap<i32, Handle>,
    stopping: AtomicBool,
}

struct Handle {
    mailbox: SyncSender<Letter>,
    status: Arc<Mutex<Status>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A question to a task could not be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// The task that the saga belongs to does not run here.
    Elsewhere {
        /// The task.
        task: i32,
    },
    /// The task has too much to do, or its store failed.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Node {
    /// Starts a thread for every task of the application. `look_up` is asked for schemas that a task does not know; it
    /// must not block, and answers by [`Node::schema`]. `library` is asked at every take-over.
    ///
    /// # Errors
    /// When a client or a thread cannot be made.
    pub fn start<L: Log, St: Stores>(
        shared: &Arc<Shared<St>>,
        log: &L,
        look_up: impl Fn(i32, SchemaId) + Send + Sync + 'static,
        library: &Arc<dyn Library>,
    ) -> Result<Self, Error> {
        let look_up: LookUp = Arc::new(look_up);
        let mut tasks = BTreeMap::new();
        for number in 0..shared.member.application.partitions {
            let (mailbox, letters) = sync_channel(MAILBOX_LETTERS_MAX);
            let woken = Arc::new(AtomicBool::new(false));
            let status = Arc::new(Mutex::new(Status::Idle));
            let log = log
                .open(number, waker(mailbox.clone(), Arc::clone(&woken)))
                .map_err(|source| Error::Client { task: number, source })?;
            let cycle = Cycle::new(Arc::clone(shared), number);
            let outside = Thread {
                task: number,
                clock: shared.settings.clock.clone(),
                log,
                mailbox: letters,
                woken,
                look_up: Arc::clone(&look_up),
                library: Arc::clone(library),
                status: Arc::clone(&status),
            };
            let thread = std::thread::Builder::new()
                .name(format!("task-{number}"))
                .spawn(move || guard(cycle, outside))
                .map_err(|source| Error::Thread { task: number, source })?;
            tasks.insert(
                number,
                Handle {
                    mailbox,
                    status,
                    thread: Mutex::new(Some(thread)),
                },
            );
        }
        Ok(Self {
            tasks,
            stopping: AtomicBool::new(false),
        })
    }

    /// Membership proposes that these tasks run here.
    pub fn propose(&self, tasks: &[i32]) {
        self.tell(tasks, || Signal::Proposed);
    }

    /// Membership proposes that the journals of these tasks are followed here.
    pub fn follow(&self, tasks: &[i32]) {
        self.tell(tasks, || Signal::Follow);
    }

    /// Membership proposes that nothing is done here for these tasks.
    pub fn withdraw(&self, tasks: &[i32]) {
        self.tell(tasks, || Signal::Withdrawn);
    }

    /// Tells a task its role. Never blocks: false when the task has too much to do to be told.
    pub fn want(&self, task: i32, role: Role) -> bool {
        let Some(handle) = self.tasks.get(&task) else {
            return true;
        };
        let signal = match role {
            Role::Owner => Signal::Proposed,
            Role::Standby => Signal::Follow,
            Role::Idle => Signal::Withdrawn,
        };
        // A task whose thread has ended needs no letter.
        !matches!(
            handle.mailbox.try_send(Letter::Signal(signal)),
            Err(TrySendError::Full(_))
        )
    }

    /// Something was published or retired: every task that runs here goes on with the definitions of now.
    pub fn definitions_changed(&self) {
        let tasks: Vec<i32> = self.tasks.keys().copied().collect();
        self.tell(&tasks, || Signal::DefinitionsChanged);
    }

    /// The registry answered a look-up of `task`. Never blocks: a task with too much to do asks again.
    pub fn schema(&self, task: i32, schema: SchemaId, answer: SchemaAnswer) {
        if let Some(handle) = self.tasks.get(&task)
            && handle
                .mailbox
                .try_send(Letter::Signal(Signal::Schema(schema, answer)))
                .is_err()
        {
            tracing::warn!(
                task,
                schema = schema.0,
                "the task had no room for a schema and will ask for it again"
            );
        }
    }

    /// Where each task stands.
    pub fn status(&self) -> BTreeMap<i32, Status> {
        self.tasks
            .iter()
            .map(|(task, handle)| (*task, handle.status.lock().clone()))
            .collect()
    }

    /// The task that sagas with this key belong to.
    pub fn task_of(&self, key: &str) -> i32 {
        partition_of(key.as_bytes(), i32::try_from(self.tasks.len()).unwrap_or(i32::MAX))
    }

    /// Asks for a saga; `answer` is called from the task's thread.
    pub fn saga(&self, id: SagaId, answer: impl FnOnce(Result<Option<Saga>, Query>) + Send + 'static) {
        let task = self.task_of(id.key.as_str());
        self.ask(task, answer, |answer| Letter::Saga(id, answer));
    }

    /// Asks `task` for open sagas in the order of their ids, after `after`; `answer` is called from its thread.
    pub fn open_sagas(
        &self,
        task: i32,
        after: Option<SagaId>,
        limit: usize,
        answer: impl FnOnce(Result<Vec<(SagaId, Saga)>, Query>) + Send + 'static,
    ) {
        self.ask(task, answer, |answer| Letter::OpenSagas { after, limit, answer });
    }

    /// Asks whether `task` has anything left to do; `answer` is called from its thread, which looks at the ends of its
    /// inputs first. For those who move time, and must not overtake the work.
    pub fn standing(&self, task: i32, answer: impl FnOnce(Result<Standing, Query>) + Send + 'static) {
        self.ask(task, answer, Letter::Standing);
    }

    /// Ends every task in order: a transaction under way ends first, then the store is closed. Blocks until all have
    /// ended; a second call does nothing.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for handle in self.tasks.values() {
            // A task that ended by itself needs no letter.
            let _ = handle.mailbox.send(Letter::Stop);
        }
        for (task, handle) in &self.tasks {
            let thread = handle.thread.lock().take();
            if thread.is_some_and(|thread| thread.join().is_err()) {
                tracing::error!(task, "the task's thread panicked");
            }
        }
    }

    fn tell(&self, tasks: &[i32], mut signal: impl FnMut() -> Signal) {
        for task in tasks {
            match self.tasks.get(task) {
                Some(handle) if handle.mailbox.send(Letter::Signal(signal())).is_ok() => {}
                // The group takes away what has just been given up.
                Some(_) if self.stopping.load(Ordering::Acquire) => {}
                _ => tracing::error!(task, "the task does not run in this process"),
            }
        }
    }

    fn ask<T: 'static>(
        &self,
        task: i32,
        answer: impl FnOnce(Result<T, Query>) + Send + 'static,
        letter: impl FnOnce(Answer<T>) -> Letter,
    ) {
        let Some(handle) = self.tasks.get(&task) else {
            return answer(Err(Query::Elsewhere { task }));
        };
        let answer = Arc::new(Mutex::new(Some(answer)));
        let kept = Arc::clone(&answer);
        let boxed: Answer<T> = Box::new(move |found| {
            let result = match found {
                None => Err(Query::Elsewhere { task }),
                Some(Err(reason)) => Err(Query::Failed { reason }),
                Some(Ok(found)) => Ok(found),
            };
            if let Some(answer) = kept.lock().take() {
                answer(result);
            }
        });
        if handle.mailbox.try_send(letter(boxed)).is_err()
            && let Some(answer) = answer.lock().take()
        {
            answer(Err(Query::Failed {
                reason: format!("task {task} has too much to do; try again"),
            }));
        }
    }
}

/// Runs a task; a panic that the cycle did not catch parks this task and no other.
fn guard<L: TaskLog, St: Stores>(cycle: Cycle<St>, outside: Thread<L>) {
    let (number, clock, status) = (outside.task, outside.clock.clone(), Arc::clone(&outside.status));
    let task = Task::new(number, cycle, outside);
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| thread::run(task.run()))) {
        let text = panic
            .downcast_ref::<String>()
            .map_or("an invariant broke", String::as_str);
        tracing::error!(
            task = number,
            text,
            "the task is parked until the process is started again"
        );
        *status.lock() = Status::Parked {
            reason: format!("an invariant broke: {text}; start the process again, and report it with the log"),
            since: clock.now(),
        };
    }
}
