//! What tells the orchestrator's records apart, whoever looks at them.

use palinode_log::Header;
use palinode_wire::{Origin, headers};

/// The topics of the orchestrator's own whose records have an id of another kind.
const JOURNAL: &str = "palinode.journal";
const INBOX: &str = "palinode.inbox";
/// The magic byte and the schema id before a value.
const FRAME_BYTES: usize = 5;

/// The id of a record that the orchestrator writes to `topic`: in the journal its event id, of a dead letter and of a
/// forwarded input where that stood, of any other its `ce_id`. None when the orchestrator did not write it, as far as the
/// record says.
#[must_use]
pub fn record_id(topic: &str, all: &[Header], value: &[u8]) -> Option<String> {
    if topic == JOURNAL {
        return first_text(value.get(FRAME_BYTES..)?).map(str::to_owned);
    }
    if let Some(dead) = text(all, headers::DEAD_LETTER_ID) {
        return Some(format!("dead letter {dead}"));
    }
    let id = text(all, headers::CE_ID);
    if topic == INBOX {
        let origin = Origin::read(all.iter().map(|header| (&*header.name, &*header.value)));
        return match origin {
            Some(origin) => Some(format!("forwarded {}", origin.input_id())),
            None => id.map(|id| format!("copy {id}")),
        };
    }
    text(all, headers::CE_SOURCE).filter(|source| source.starts_with("palinode/"))?;
    id.map(str::to_owned)
}

/// The last header of this name, as text.
fn text<'a>(all: &'a [Header], name: &str) -> Option<&'a str> {
    let found = all.iter().rev().find(|header| &*header.name == name)?;
    std::str::from_utf8(&found.value).ok()
}

/// The text with which an Avro record begins: every record of the journal begins with its id.
fn first_text(body: &[u8]) -> Option<&str> {
    let (mut length, mut bytes) = (0_u64, 0);
    for byte in body.iter().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * bytes);
        bytes += 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    // Zigzag: a length is not negative, so that its lowest bit is 0.
    let text = body.get(bytes..bytes + usize::try_from(length >> 1).ok()?)?;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use palinode_core::{SchemaId, Timestamp};
    use palinode_log::HeaderName;
    use palinode_wire::journal::{JournalSchemas, TaskClaimed, TaskRecord};

    use super::*;

    fn header(name: &'static str, value: &str) -> Header {
        Header {
            name: HeaderName::Known(name),
            value: Bytes::copy_from_slice(value.as_bytes()),
        }
    }

    #[test]
    fn a_journal_record_has_its_event_id() {
        let claimed = TaskRecord::TaskClaimed(TaskClaimed {
            event_id: format!("task-0/{}/1", "long".repeat(40)).into(),
            task: 0,
            member: "one".into(),
            incarnation: "one-1".into(),
            time: Timestamp(7),
        });
        let schemas = JournalSchemas::new(|_| Some(SchemaId(3))).unwrap();
        let mut value = Vec::new();
        claimed.encode(&schemas, &mut value);
        assert_eq!(record_id(JOURNAL, &[], &value).as_deref(), Some(&**claimed.event_id()));
        assert_eq!(record_id(JOURNAL, &[], b"no"), None);
    }

    #[test]
    fn other_records_have_the_id_of_their_headers() {
        let ours = [
            header(headers::CE_ID, "a/1"),
            header(headers::CE_SOURCE, "palinode/shop"),
        ];
        assert_eq!(record_id("payments.commands", &ours, b"").as_deref(), Some("a/1"));
        let theirs = [header(headers::CE_ID, "a/1"), header(headers::CE_SOURCE, "payment")];
        assert_eq!(record_id("payments.events", &theirs, b""), None);
        let dead = [
            header(headers::CE_ID, "x"),
            header(headers::DEAD_LETTER_ID, "orders.events/0/3"),
        ];
        assert_eq!(
            record_id("palinode.dead-letters", &dead, b"").as_deref(),
            Some("dead letter orders.events/0/3")
        );
    }

    #[test]
    fn a_forwarded_input_is_told_by_where_it_stood() {
        let origin = [
            header(headers::ORIGIN_TOPIC, "orders.events"),
            header(headers::ORIGIN_PARTITION, "1"),
            header(headers::ORIGIN_OFFSET, "4"),
        ];
        assert_eq!(
            record_id(INBOX, &origin, b"").as_deref(),
            Some("forwarded orders.events/1/4")
        );
        let copy = [header(headers::CE_ID, "d/k/3")];
        assert_eq!(record_id(INBOX, &copy, b"").as_deref(), Some("copy d/k/3"));
    }
}
