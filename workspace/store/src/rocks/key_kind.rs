//! The registry of key kinds: the first byte of every key. A byte is never given to another kind, also not after its
//! kind is gone.

/// What stands under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum KeyKind {
    /// `summary` → the checkpoint without its positions, the number of open sagas, the first timer's lower bound.
    Summary = 0x01,
    /// `position, topic, partition` → the offset of the next record.
    Position = 0x02,
    /// `saga, definition, key` → the saga.
    Saga = 0x03,
    /// `open, definition, key` → nothing: the saga is open.
    Open = 0x04,
    /// `timer, due, definition, key, timer kind` → nothing.
    Timer = 0x05,
    /// `activation, definition` → the versions that its starts followed, the one in force last.
    Activation = 0x06,
    /// `changed, line, definition, key` → nothing: the saga has changed since this line, and no checkpoint has come to it.
    Changed = 0x07,
    /// `snapshot, definition, key` → nothing: the saga has a snapshot of its own.
    Snapshot = 0x08,
    /// `mark, the last byte of a batch's number` → the number; a mark of the state.
    StateMark = 0x09,
    /// The same; a mark of the indexes.
    IndexMark = 0x0A,
}

impl KeyKind {
    /// The first byte of the kind's keys.
    pub(super) fn byte(self) -> u8 {
        self as u8
    }

    /// The first key after all keys of the kind.
    pub(super) fn end(self) -> [u8; 1] {
        [self.byte() + 1]
    }
}
