//! The limits of the model, each with its reason. Above a limit there is a clear refusal at the door.

/// Steps in one definition. States are walked step by step, and a process of more steps is better cut in two.
pub const STEPS_MAX: usize = 100;

/// Items of one step that is done for each element of an array. Each is a step of its own in the state, and more are
/// better a saga each.
pub const ITEMS_MAX: usize = 100;

/// Items in one saga, over all of its steps: what bounds the size of its state.
pub const ITEMS_PER_SAGA_MAX: usize = 200;

/// Sagas above a sub-saga. A definition that asks for itself, by way of others, is refused where all are known; this ends
/// it where they are not.
pub const SUB_SAGA_DEPTH_MAX: u16 = 8;

/// Bytes in a saga key. It stands in every record and every store key of the saga.
pub const SAGA_KEY_BYTES_MAX: usize = 256;

/// Bytes in the key of a lock. It stands in every event of the lock, and in its store key as a saga's key does.
pub const LOCK_KEY_BYTES_MAX: usize = SAGA_KEY_BYTES_MAX;

/// Requests that wait for one lock. They are its state, which is written as a whole with every change; whoever comes last
/// in a longer queue had better be told so at once.
pub const LOCK_QUEUE_MAX: u16 = 1_000;

/// Bytes in a name of a definition or step. Names stand in every journal event.
pub const NAME_BYTES_MAX: usize = 100;

/// Bytes in one payload that is kept in a saga's state (start event, replies): half of Kafka's default record limit, so
/// that the journal event around it always fits.
pub const PAYLOAD_BYTES_MAX: usize = 512 * 1024;

/// Bytes in a reason's text in the journal; longer ones are cut. Enough for a sentence and the name of what failed.
pub const REASON_BYTES_MAX: usize = 1_000;

/// Bytes in who decided and in the note to it. Enough for a name and a few sentences; both stand in the journal.
pub const DECISION_TEXT_BYTES_MAX: usize = 1_000;

/// Attempts in one retry policy. With the longest pause this bounds how long a step can go on by itself.
pub const ATTEMPTS_MAX: u32 = 1_000;
