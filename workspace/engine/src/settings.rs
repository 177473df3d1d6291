//! What can be set about the engine, and its limits.

use std::time::Duration;

use crate::{Clock, Restores};

/// Records that one transaction takes in at the most: enough to spread the cost of a commit, few enough that a batch
/// of starts with its journal events and commands stays some tens of milliseconds of work.
pub(crate) const BATCH_RECORDS_MAX: usize = 500;

/// Bytes that one transaction takes in, about: bounds the memory of a task.
pub(crate) const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Timers that one transaction fires at the most, for the same reason as [`BATCH_RECORDS_MAX`].
pub(crate) const BATCH_TIMERS_MAX: usize = 500;

/// Journal records that one change of the store takes during a replay: large batches replay fast, and a change stays
/// some megabytes.
pub(crate) const REPLAY_RECORDS_MAX: usize = 2_000;

/// The longest that a due timer waits for the inputs to be read to their end. After an outage the replies that wait
/// are read first; a backlog that takes longer than this is overload, and time-outs are right then.
pub(crate) const READ_BEFORE_TIMER_MAX: Duration = Duration::from_secs(60);

/// The shortest time between two questions for the ends of the inputs, so that many timers share one.
pub(crate) const ENDS_INTERVAL: Duration = Duration::from_millis(50);

/// A commit that takes this long means that the machine is busy with commits: inputs are then gathered for a while. An
/// idle broker commits in 3 to 6 ms.
pub(crate) const GATHER_AFTER: Duration = Duration::from_millis(8);

/// The longest that inputs are gathered for: a small part of what a step takes on a machine that busy.
pub(crate) const GATHER_MAX: Duration = Duration::from_millis(20);

/// The first pause before a failed take-over is tried again. Pauses double up to [`TAKE_OVER_PAUSE_MAX`].
pub(crate) const TAKE_OVER_PAUSE_FIRST: Duration = Duration::from_secs(1);

/// The longest pause before a failed take-over is tried again.
pub(crate) const TAKE_OVER_PAUSE_MAX: Duration = Duration::from_secs(60);

/// The pause before an aborted transaction is tried again; doubles up to [`ABORT_PAUSE_MAX`].
pub(crate) const ABORT_PAUSE_FIRST: Duration = Duration::from_millis(50);

/// The longest pause before an aborted transaction is tried again.
pub(crate) const ABORT_PAUSE_MAX: Duration = Duration::from_secs(10);

/// Aborts in a row, on the same input and with nothing to blame, after which a task parks itself. With the pauses
/// between them this is about two minutes.
pub(crate) const ABORTS_MAX: u32 = 20;

/// How often an unknown schema id is asked for again.
pub(crate) const SCHEMA_PAUSE: Duration = Duration::from_secs(1);

/// How long an answer of the registry is waited for before the question is asked again. Longer than the time-outs of
/// its client, so that a question is asked twice only when one was lost.
pub(crate) const SCHEMA_ANSWER_MAX: Duration = Duration::from_secs(15);

/// How long records with a schema that was given up become dead letters at once, before the registry is asked again.
/// During an outage every record would otherwise wait for the whole of its time, one after the other.
pub(crate) const SCHEMA_GIVEN_UP: Duration = Duration::from_secs(30);

/// The pause before timers that cannot fire now are tried again: a schema is missing, or their saga cannot be handled.
pub(crate) const TIMER_PAUSE: Duration = Duration::from_secs(1);

/// How long positions that only foreign records advance wait for a transaction that has something else to write. Foreign
/// traffic can be heavy, and without it the position would fall behind what the topic still holds.
pub(crate) const FOREIGN_PAUSE: Duration = Duration::from_secs(10);

/// Sagas that one transaction of a checkpoint takes at the most: some milliseconds of work, since inputs wait for it.
pub(crate) const SNAPSHOT_SAGAS_MAX: usize = 256;

/// Bytes of states after which a transaction of a checkpoint takes no more, for the same reason; and a list of ended sagas
/// stays below the megabyte that brokers allow a record.
pub(crate) const SNAPSHOT_BYTES_MAX: usize = 512 * 1024;

/// After each of its transactions a checkpoint pauses for so many times what it took, so that it has a fifth of the task's
/// time at the most.
pub(crate) const SNAPSHOT_PAUSES: u32 = 4;

/// The longest such pause: on a broker that slow, checkpoints are not what slows it.
pub(crate) const SNAPSHOT_PAUSE_MAX: Duration = Duration::from_secs(1);

/// The longest pause before a transaction of a checkpoint that was aborted is tried again. Nobody waits for it.
pub(crate) const SNAPSHOT_ABORT_PAUSE_MAX: Duration = Duration::from_secs(60);

/// How long a task makes no checkpoint after nobody knew how a transaction of one ended. The id can then only be used again
/// by a take-over, which costs orders a moment: when the topic refuses every time, no more often than this.
pub(crate) const SNAPSHOT_RENEWAL: Duration = Duration::from_secs(600);

/// Records of journal and snapshots up to which a restore is not counted among those that are bounded: it takes a fraction
/// of a second.
pub(crate) const SHORT_RESTORE: i64 = 20_000;

/// How often a restore that waits for its turn looks whether it has come.
pub(crate) const RESTORE_LOOK: Duration = Duration::from_millis(100);

/// How long a broker is asked that does not tell where the snapshots end, before a task goes on from the journal alone: a
/// leader is chosen in less.
pub(crate) const SNAPSHOTS_WAIT: Duration = Duration::from_secs(15);

/// How often it is asked in that time.
pub(crate) const SNAPSHOTS_LOOK: Duration = Duration::from_secs(1);

/// Tasks of a node that are restored at a time, when nothing else is set: as many as small nodes have processors.
const RESTORES_MAX: usize = 4;

/// Settings of the engine that a platform team may want to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Open sagas of one task above which it reads no further starts. Replies are always read.
    pub open_sagas_max: u64,
    /// How long a record with an unknown schema id is kept back while the registry does not know it, or does not
    /// answer, before it becomes a dead letter.
    pub schema_wait: Duration,
    /// Journal records of a task after which it makes a checkpoint: what a node that has lost its disk replays at the most.
    pub checkpoint_records: u64,
    /// The longest time between two checkpoints of a task that journals anything.
    pub checkpoint_interval: Duration,
    /// How many tasks are restored at a time.
    pub restores: Restores,
    /// The clock of all tasks.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            open_sagas_max: 2_000_000,
            schema_wait: Duration::from_secs(30),
            checkpoint_records: 100_000,
            checkpoint_interval: Duration::from_secs(300),
            restores: Restores::at_most(RESTORES_MAX),
            clock: Clock::default(),
        }
    }
}
