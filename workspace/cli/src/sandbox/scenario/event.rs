//! The lines of a scenario.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, ensure};
use palinode_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::sandbox::{
    control::Order,
    span::Span,
    stub::{Change, Raw, Rules},
};

/// The format of the file; another one is not read.
const FORMAT: u32 = 1;

/// A scenario that was written down.
#[derive(Debug)]
pub(in super::super) struct Scenario {
    pub(in super::super) header: Header,
    pub(in super::super) entries: Vec<Entry>,
}

/// The first line: what the sandbox was made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Header {
    scenario: u32,
    /// When it began, by the sandbox's time (RFC 3339).
    began: String,
    /// How many partitions all topics have.
    pub(in super::super) partitions: i32,
    /// The names of the definitions.
    pub(in super::super) definitions: Vec<String>,
    /// How the stubs behaved at first.
    pub(in super::super) rules: Rules,
}

/// Any other line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Entry {
    /// How long after the beginning.
    pub(super) at: Span,
    /// What came.
    #[serde(flatten)]
    pub(super) event: Event,
}

/// What comes from outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) enum Event {
    /// `palinode sandbox send`.
    Send(Order),
    /// `palinode sandbox clock`.
    Clock(Span),
    /// `palinode sandbox stub`.
    Stub(Change),
    /// A schema that the records below are in.
    Schema(KnownSchema),
    /// A record that a client wrote which is not part of the sandbox.
    Record(Outside),
    /// The scenario ends: time passes up to here.
    End {},
}

/// A schema, under the id that it has in this scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct KnownSchema {
    pub(in super::super) id: u32,
    pub(in super::super) name: String,
    pub(in super::super) text: String,
}

/// A record of a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Outside {
    pub(in super::super) topic: String,
    pub(in super::super) partition: i32,
    /// None for a record without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) key: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) headers: Vec<(String, Bytes)>,
    /// The schema's id in this scenario, for a value in the Confluent frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) schema: Option<u32>,
    /// The value without its frame; none for a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) value: Option<Raw>,
    /// The value for people; nobody reads it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) reads: Option<Json>,
}

/// Bytes that are text for the most part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in super::super) enum Bytes {
    /// They are text.
    Text(String),
    /// They are not.
    Hex {
        /// What they are.
        hex: Raw,
    },
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Hex { hex: bytes.into() },
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Hex { hex } => hex.as_ref(),
        }
    }
}

impl Header {
    /// The header of a scenario that begins now.
    pub(in super::super) fn new(began: Timestamp, partitions: i32, definitions: Vec<String>, rules: Rules) -> Self {
        Self {
            scenario: FORMAT,
            began: palinode_wire::rfc3339(began),
            partitions,
            definitions,
            rules,
        }
    }

    /// When it began.
    pub(in super::super) fn began(&self) -> anyhow::Result<Timestamp> {
        let began: jiff::Timestamp = self
            .began
            .parse()
            .with_context(|| format!("'{}' is no time, as 2026-11-23T08:00:00Z is one", self.began))?;
        Ok(Timestamp(began.as_millisecond()))
    }
}

impl Scenario {
    /// Reads a file.
    pub(in super::super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is no scenario", path.display()))
    }

    /// Reads lines. A last one that was not written to its end is left out.
    pub(in super::super) fn parse(text: &str) -> anyhow::Result<Self> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut lines = (1..).zip(whole.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (_, first) = lines.next().context("it is empty")?;
        let header: Header = serde_json::from_str(first).context("its first line does not say what the sandbox was")?;
        ensure!(
            header.scenario == FORMAT,
            "it is of format {}, and this version of the program reads {FORMAT}",
            header.scenario
        );
        header.began()?;
        let mut entries: Vec<Entry> = Vec::new();
        for (number, line) in lines {
            entries.push(serde_json::from_str(line).with_context(|| format!("line {number} says nothing known"))?);
        }
        // Lines may be written by hand, in any order; those of one time stay in theirs.
        entries.sort_by_key(|entry| entry.at.0);
        Ok(Self { header, entries })
    }

    /// How long it is.
    pub(in super::super) fn length(&self) -> Duration {
        self.entries.last().map_or(Duration::ZERO, |entry| entry.at.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str =
        r#"{"scenario":1,"began":"2026-11-23T08:00:00.000Z","partitions":3,"definitions":[],"rules":{}}"#;

    #[test]
    fn every_line_is_read_as_it_was_written() {
        for line in [
            r#"{"at":"5s","send":{"definition":"order","key":"o-1"}}"#,
            r#"{"at":"0ms","clock":"3d"}"#,
            r#"{"at":"2500ms","stub":{"command":"a.B","outage":true}}"#,
            r#"{"at":"1s","schema":{"id":7,"name":"a.B","text":"{}"}}"#,
            r#"{"at":"1s","record":{"topic":"t","partition":0,"key":{"hex":"ff"},"headers":[["a","b"]],"schema":7,"value":"00"}}"#,
            r#"{"at":"9m","end":{}}"#,
        ] {
            let scenario = Scenario::parse(&format!("{FIRST}\n{line}\n")).unwrap();
            assert_eq!(serde_json::to_string(&scenario.entries[0]).unwrap(), line);
        }
    }

    #[test]
    fn lines_that_are_wrong_are_named_and_one_that_was_cut_is_left_out() {
        let error = Scenario::parse(&format!("{FIRST}\n\n{{\"at\":\"1s\",\"sned\":1}}\n")).unwrap_err();
        assert!(format!("{error:#}").contains("line 3"), "{error:#}");

        let cut = Scenario::parse(&format!("{FIRST}\n{{\"at\":\"1s\",\"clock\":\"1d\"}}\n{{\"at\":")).unwrap();
        assert_eq!(cut.entries.len(), 1);
        assert!(Scenario::parse("").is_err());
        assert!(Scenario::parse(&format!("{}\n", FIRST.replace(":1,", ":2,"))).is_err());
    }
}
