//! Planting faults, and finding them.

use bytes::Bytes;
use palinode_core::Timestamp;
use palinode_wire::{
    Origin,
    dead_letter::{DeadLetter, ErrorCode},
    headers::CE_TYPE,
};
use serde_json::Value;

use super::{
    schemas::TEXTS,
    world::{Message, Row, World, encode, home},
};
use crate::{Auditor, Options, Record, Report, Verdict};

impl World {
    fn at(&self, tag: &str) -> usize {
        let found = self.rows.iter().position(|row| row.tag == tag);
        found.unwrap_or_else(|| panic!("there is no record '{tag}'"))
    }

    pub(super) fn record(&mut self, tag: &str) -> &mut Record {
        let at = self.at(tag);
        &mut self.rows[at].record
    }

    /// Where the record stands.
    pub(crate) fn place(&self, tag: &str) -> String {
        let Record {
            topic,
            partition,
            offset,
            ..
        } = &self.rows[self.at(tag)].record;
        format!("{topic}/{partition}/{offset}")
    }

    /// On which partition the record stands.
    pub(crate) fn partition(&self, tag: &str) -> i32 {
        self.rows[self.at(tag)].record.partition
    }

    /// The partition of `key`, and where it ends.
    pub(crate) fn next_position(&self, topic: &str, key: &str) -> (i32, i64) {
        (home(key), self.next[&(topic.to_owned(), home(key))])
    }

    /// Takes the record away.
    pub(crate) fn remove(&mut self, tag: &str) {
        let at = self.at(tag);
        self.rows.remove(at);
    }

    /// Writes the record once more.
    pub(crate) fn copy(&mut self, tag: &str) {
        let row = self.rows[self.at(tag)].clone();
        let partition = row.record.partition;
        self.again(row, partition);
    }

    /// Writes the record on another partition instead.
    pub(crate) fn move_to(&mut self, tag: &str, partition: i32) {
        let at = self.at(tag);
        let row = self.rows.remove(at);
        self.again(row, partition);
    }

    pub(super) fn again(&mut self, mut row: Row, partition: i32) {
        let next = self.next.entry((row.record.topic.to_string(), partition)).or_default();
        (row.record.partition, row.record.offset) = (partition, *next);
        *next += 1;
        self.rows.push(row);
    }

    /// Lets two records of a partition change places.
    pub(crate) fn swap(&mut self, one: &str, other: &str) {
        let (one, other) = (self.at(one), self.at(other));
        self.swap_rows(one, other);
    }

    pub(super) fn swap_rows(&mut self, one: usize, other: usize) {
        let places = (self.rows[one].record.offset, self.rows[other].record.offset);
        assert_eq!(self.rows[one].record.topic, self.rows[other].record.topic);
        assert_eq!(self.rows[one].record.partition, self.rows[other].record.partition);
        (self.rows[other].record.offset, self.rows[one].record.offset) = places;
        self.rows.swap(one, other);
    }

    /// Gives the record another content of its type.
    pub(crate) fn replace(&mut self, tag: &str, value: Value) {
        let record = self.record(tag);
        let (_, of_type) = record.headers.iter().find(|(name, _)| **name == *CE_TYPE).unwrap();
        let of_type = String::from_utf8(of_type.to_vec()).unwrap();
        record.value = Some(encode(&of_type, &value).into());
    }

    /// Lets the journal be read before all other topics.
    pub(crate) fn journal_first(&mut self) {
        self.rows
            .sort_by_key(|row| row.record.topic.as_str() != "palinode.journal");
    }

    /// Lets the dead letters be read before all other topics.
    pub(crate) fn dead_letters_first(&mut self) {
        self.rows
            .sort_by_key(|row| row.record.topic.as_str() != "palinode.dead-letters");
    }

    /// Gives the record another header.
    pub(crate) fn set_header(&mut self, tag: &str, name: &str, value: &str) {
        let headers = &mut self.record(tag).headers;
        headers.retain(|(known, _)| **known != *name);
        headers.push((name.into(), bytes(value)));
    }

    /// Gives the record another key.
    pub(crate) fn set_key(&mut self, tag: &str, key: &str) {
        self.record(tag).key = Some(bytes(key));
    }

    /// Makes the record a dead letter.
    pub(crate) fn dead_letter(&mut self, tag: &str) {
        let Record {
            topic,
            partition,
            offset,
            key,
            value,
            ..
        } = self.rows[self.at(tag)].record.clone();
        let origin = Origin {
            topic,
            partition,
            offset,
        };
        let letter = DeadLetter {
            code: ErrorCode::NotConfluent,
            reason: "r".into(),
            origin,
            timestamp: Timestamp(0),
        };
        let key = String::from_utf8(key.unwrap().to_vec()).unwrap();
        self.push(Message {
            tag: format!("dead {tag}"),
            topic: "palinode.dead-letters",
            partition: home(&key),
            key: &key,
            value: value.unwrap().to_vec(),
            headers: letter.headers(),
        });
    }

    /// Says that no definition names the record.
    pub(crate) fn ignored(&mut self, tag: &str) {
        let Record { partition, offset, .. } = self.rows[self.at(tag)].record;
        let range = format!("{}-{offset}", self.place(tag)).into();
        self.advance(partition, &[], vec![range]);
    }

    /// Somebody writes what is no command on a topic of commands.
    pub(crate) fn stray_command(&mut self, key: &str, tag: &str) {
        self.push(Message {
            tag: tag.into(),
            topic: "payments.commands",
            partition: home(key),
            key,
            value: b"{}".to_vec(),
            headers: vec![],
        });
    }

    /// The judgement.
    pub(crate) fn audit(&self, options: Options) -> Report {
        let mut auditor = Auditor::new(options);
        self.tell(&mut auditor);
        for row in &self.rows {
            while let Some(id) = auditor.needs_schema(&row.record)
                && let Some((_, text)) = TEXTS.iter().find(|(known, _)| *known == id)
            {
                auditor.add_schema(id, text.as_str()).unwrap();
            }
            auditor.see(&row.record);
        }
        auditor.finish()
    }

    /// All laws are kept.
    pub(crate) fn passes(&self) {
        self.passes_with(Self::options());
    }

    /// All laws are kept, with `options`.
    pub(crate) fn passes_with(&self, options: Options) {
        let report = self.audit(options);
        assert_eq!(report.verdict, Verdict::Passed, "{report}");
    }

    /// The checker finds this, of this saga (none when empty).
    pub(crate) fn finds(&self, check: &str, key: &str, what: &str) {
        let report = self.audit(Self::options());
        let found = report.violations.iter().any(|violation| {
            let saga = violation.saga.as_ref().map_or("", |saga| saga.key.as_str());
            violation.check == check && saga == key && violation.what == what
        });
        assert!(found, "no '{what}' of '{key}' by {check} in\n{report}");
        assert_eq!(report.verdict, Verdict::Failed);
    }
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}
