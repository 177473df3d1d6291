//! How keys are written: so that the order of their bytes is the order of what they name.
//!
//! Numbers are big-endian, signed ones with the sign bit flipped. In a text a zero byte becomes `00 FF` and `00 00` ends
//! it, so that no text is the beginning of another and "a" stands before "ab".

use palinode_core::{Attempt, DefinitionName, Purpose, SagaId, StepIndex, Timer, TimerKind, Timestamp};

use super::key_kind::KeyKind;
use crate::{ChangedSaga, InputKey};

const TEXT_END: [u8; 2] = [0x00, 0x00];
const ZERO_IN_TEXT: [u8; 2] = [0x00, 0xFF];

const DEADLINE: u8 = 0;
const TIMEOUT: u8 = 1;
const RETRY: u8 = 2;

const FORWARD: u8 = 0;
const COMPENSATION: u8 = 1;

/// The key of the summary.
pub(super) const SUMMARY: [u8; 1] = [KeyKind::Summary as u8];

/// Writes the key of an input position.
pub(super) fn position(key: &mut Vec<u8>, (topic, partition): &InputKey) {
    key.push(KeyKind::Position.byte());
    text(key, topic);
    key.extend_from_slice(&(partition.cast_unsigned() ^ (1 << 31)).to_be_bytes());
}

/// Reads the key of an input position; `None` when it is not one.
pub(super) fn read_position(key: &[u8]) -> Option<InputKey> {
    let mut rest = key.strip_prefix(&[KeyKind::Position.byte()])?;
    let topic = read_text(&mut rest)?;
    let partition = u32::from_be_bytes(rest.try_into().ok()?) ^ (1 << 31);
    Some((topic.into(), partition.cast_signed()))
}

/// Writes the key of a definition's activations.
pub(super) fn activation(key: &mut Vec<u8>, definition: &DefinitionName) {
    key.push(KeyKind::Activation.byte());
    text(key, definition.as_str());
}

/// Reads the key of a definition's activations; `None` when it is not one.
pub(super) fn read_activation(key: &[u8]) -> Option<DefinitionName> {
    let mut rest = key.strip_prefix(&[KeyKind::Activation.byte()])?;
    let definition = read_text(&mut rest)?;
    rest.is_empty().then(|| definition.into())
}

/// Writes the key of `kind` of a saga.
pub(super) fn saga(key: &mut Vec<u8>, kind: KeyKind, id: &SagaId) {
    key.push(kind.byte());
    saga_id(key, id);
}

/// Reads the key of `kind` of a saga; `None` when it is not one.
pub(super) fn read_saga(key: &[u8], kind: KeyKind) -> Option<SagaId> {
    let mut rest = key.strip_prefix(&[kind.byte()])?;
    let id = read_saga_id(&mut rest)?;
    rest.is_empty().then_some(id)
}

/// Writes the first bytes of the keys of all timers that are due at `due`.
pub(super) fn due(key: &mut Vec<u8>, due: Timestamp) {
    key.push(KeyKind::Timer.byte());
    key.extend_from_slice(&(due.0.cast_unsigned() ^ (1 << 63)).to_be_bytes());
}

/// Reads when the timer of `key` is due; `None` when the key is not one of a timer.
pub(super) fn read_due(key: &[u8]) -> Option<Timestamp> {
    let rest = key.strip_prefix(&[KeyKind::Timer.byte()])?;
    let due = u64::from_be_bytes(*rest.first_chunk()?) ^ (1 << 63);
    Some(Timestamp(due.cast_signed()))
}

/// Writes the key of a timer. It names the saga and the whole kind, so that no two timers share a key.
pub(super) fn timer(key: &mut Vec<u8>, id: &SagaId, timer: &Timer) {
    due(key, timer.due);
    saga_id(key, id);
    let (tag, step, purpose, attempt) = match timer.kind {
        TimerKind::Deadline => return key.push(DEADLINE),
        TimerKind::Timeout { step, purpose, attempt } => (TIMEOUT, step, purpose, attempt),
        TimerKind::Retry { step, purpose, attempt } => (RETRY, step, purpose, attempt),
    };
    key.push(tag);
    key.extend_from_slice(&step.0.to_be_bytes());
    key.push(match purpose {
        Purpose::Forward => FORWARD,
        Purpose::Compensation => COMPENSATION,
    });
    key.extend_from_slice(&attempt.0.to_be_bytes());
}

/// Reads the key of a timer; `None` when it is not one.
pub(super) fn read_timer(key: &[u8]) -> Option<(SagaId, Timer)> {
    let due = read_due(key)?;
    let mut rest = key.get(1 + size_of::<i64>()..)?;
    let id = read_saga_id(&mut rest)?;
    let kind = match *rest {
        [DEADLINE] => TimerKind::Deadline,
        [
            tag @ (TIMEOUT | RETRY),
            s0,
            s1,
            purpose @ (FORWARD | COMPENSATION),
            a0,
            a1,
            a2,
            a3,
        ] => {
            let step = StepIndex(u16::from_be_bytes([s0, s1]));
            let purpose = if purpose == FORWARD {
                Purpose::Forward
            } else {
                Purpose::Compensation
            };
            let attempt = Attempt(u32::from_be_bytes([a0, a1, a2, a3]));
            match tag {
                TIMEOUT => TimerKind::Timeout { step, purpose, attempt },
                _ => TimerKind::Retry { step, purpose, attempt },
            }
        }
        _ => return None,
    };
    Some((id, Timer { due, kind }))
}

/// Writes the first bytes of the keys of all sagas that changed after so many lines.
pub(super) fn line(key: &mut Vec<u8>, line: u64) {
    key.push(KeyKind::Changed.byte());
    key.extend_from_slice(&line.to_be_bytes());
}

/// Writes the key of a saga that has changed.
pub(super) fn changed(key: &mut Vec<u8>, after: u64, id: &SagaId) {
    line(key, after);
    saga_id(key, id);
}

/// Reads the key of a saga that has changed; `None` when it is not one.
pub(super) fn read_changed(key: &[u8]) -> Option<ChangedSaga> {
    let mut rest = key.strip_prefix(&[KeyKind::Changed.byte()])?;
    let line = u64::from_be_bytes(*rest.first_chunk()?);
    rest = rest.get(size_of::<u64>()..)?;
    let id = read_saga_id(&mut rest)?;
    rest.is_empty().then_some(ChangedSaga { line, id })
}

fn saga_id(key: &mut Vec<u8>, id: &SagaId) {
    text(key, id.definition.as_str());
    text(key, id.key.as_str());
}

fn read_saga_id(rest: &mut &[u8]) -> Option<SagaId> {
    let definition = read_text(rest)?;
    let key = read_text(rest)?;
    Some(SagaId::new(definition, key))
}

fn text(key: &mut Vec<u8>, text: &str) {
    for (at, part) in text.as_bytes().split(|byte| *byte == 0).enumerate() {
        if at > 0 {
            key.extend_from_slice(&ZERO_IN_TEXT);
        }
        key.extend_from_slice(part);
    }
    key.extend_from_slice(&TEXT_END);
}

fn read_text(rest: &mut &[u8]) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let zero = rest.iter().position(|byte| *byte == 0)?;
        text.extend_from_slice(rest.get(..zero)?);
        let mark = rest.get(zero..zero + 2)?;
        *rest = rest.get(zero + 2..)?;
        if mark == TEXT_END {
            return String::from_utf8(text).ok();
        }
        if mark != ZERO_IN_TEXT {
            return None;
        }
        text.push(0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn some_text() -> impl Strategy<Value = String> {
        vec(
            prop_oneof![
                Just('\0'),
                Just('\u{1}'),
                Just('a'),
                Just('b'),
                Just('\u{ff}'),
                Just('€')
            ],
            0..4,
        )
        .prop_map(String::from_iter)
    }

    fn id() -> impl Strategy<Value = SagaId> {
        (some_text(), some_text()).prop_map(|(definition, key)| SagaId::new(definition, key))
    }

    fn some_timer() -> impl Strategy<Value = Timer> {
        let due = prop_oneof![Just(i64::MIN), Just(-1), Just(0), Just(1), Just(i64::MAX), any::<i64>()];
        (due, 0..3u8, any::<u16>(), any::<bool>(), any::<u32>()).prop_map(|(due, tag, step, back, attempt)| {
            let purpose = if back { Purpose::Compensation } else { Purpose::Forward };
            let (step, attempt) = (StepIndex(step), Attempt(attempt));
            let kind = match tag {
                0 => TimerKind::Deadline,
                1 => TimerKind::Timeout { step, purpose, attempt },
                _ => TimerKind::Retry { step, purpose, attempt },
            };
            Timer {
                due: Timestamp(due),
                kind,
            }
        })
    }

    fn timer_key(id: &SagaId, of: &Timer) -> Vec<u8> {
        let mut key = Vec::new();
        timer(&mut key, id, of);
        key
    }

    fn saga_key(id: &SagaId) -> Vec<u8> {
        let mut key = Vec::new();
        saga(&mut key, KeyKind::Saga, id);
        key
    }

    proptest! {
        #[test]
        fn saga_keys_stand_in_the_order_of_their_ids(a in id(), b in id()) {
            prop_assert_eq!(saga_key(&a).cmp(&saga_key(&b)), a.cmp(&b));
            prop_assert_eq!(read_saga(&saga_key(&a), KeyKind::Saga), Some(a));
        }

        #[test]
        fn timer_keys_stand_in_the_order_of_due_time_saga_and_kind(
            a in id(), b in id(), first in some_timer(), second in some_timer(), at_once in any::<bool>(),
        ) {
            let second = if at_once { Timer { due: first.due, ..second } } else { second };
            let (left, right) = (timer_key(&a, &first), timer_key(&b, &second));
            prop_assert_eq!(left.cmp(&right), (first.due, &a, first.kind).cmp(&(second.due, &b, second.kind)));
            prop_assert_eq!(read_timer(&left), Some((a, first)));
            prop_assert_eq!(read_due(&right), Some(second.due));
        }

        #[test]
        fn a_position_key_is_read_back(topic in some_text(), partition in any::<i32>()) {
            let input: InputKey = (topic.into(), partition);
            let mut key = Vec::new();
            position(&mut key, &input);
            prop_assert_eq!(read_position(&key), Some(input));
        }

        #[test]
        fn changed_sagas_stand_in_the_order_of_lines_and_ids(a in id(), b in id(), first in 0..3u64, second in 0..3u64) {
            let key = |line, id| {
                let mut key = Vec::new();
                changed(&mut key, line, id);
                key
            };
            prop_assert_eq!(key(first, &a).cmp(&key(second, &b)), (first, &a).cmp(&(second, &b)));
            prop_assert_eq!(read_changed(&key(first, &a)), Some(ChangedSaga { line: first, id: a }));
        }

        #[test]
        fn other_bytes_are_no_key_and_no_panic(kind in 0..9u8, rest in vec(any::<u8>(), 0..40)) {
            let key = [&[kind][..], &rest].concat();
            if let Some((id, of)) = read_timer(&key) {
                prop_assert_eq!(timer_key(&id, &of), key);
            } else if let Some(id) = read_saga(&key, KeyKind::Saga) {
                prop_assert_eq!(saga_key(&id), key);
            } else if read_changed(&key).is_none() {
                read_position(&key);
            }
        }
    }
}
