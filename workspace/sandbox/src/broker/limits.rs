//! What clients may cost the broker.

use std::time::Duration;

/// The most connections at a time; more are closed at once. It is twice what a machine's tests and services have been
/// seen to open when something goes wrong.
pub(super) const CONNECTIONS_MAX: usize = 20_000;
/// How many of the files that the process may have are kept for other things than connections: the segments of a broker
/// on disk, and what else lives in the process. Without them a broker could take no connection only to close it.
pub(super) const FILES_KEPT: usize = 1_000;
/// How long a connection may be silent: Kafka's default of `connections.max.idle.ms`.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(600);
/// How long a frame may take from its first byte to its last, so that frames that never end are let go of.
pub(super) const FRAME_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a client may take to read an answer.
pub(super) const WRITE_TIME_MAX: Duration = Duration::from_secs(30);
/// How much is read at a time. A frame up to this size costs nothing beyond its connection's buffer, and room for more is
/// only taken as more comes.
pub(super) const READ_BYTES: usize = 16 * 1024;
/// How many bytes of answers are put together before they are written: those to requests that came together. Clients that
/// write send several requests at a time, and a write for each answer costs more than the answer.
pub(super) const ANSWERS_BYTES_MAX: usize = 16 * 1024;
/// After how long in silence a connection's buffer is given back but for what is in it: ten thousand idle ones then hold
/// none.
pub(super) const BUFFER_IDLE: Duration = Duration::from_secs(5);
/// How many bytes all larger frames and answers may take together; whoever comes then waits.
pub(super) const LARGE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// How long the listener rests when the system has no more files for it.
pub(super) const ACCEPT_REST: Duration = Duration::from_millis(50);
/// How long connections have at a stop to end what they do.
pub(super) const STOP_TIME_MAX: Duration = Duration::from_secs(2);
/// How many connections the system holds until they are taken.
pub(super) const BACKLOG: u32 = 1024;
