//! One log: which of its files holds which positions.

use std::collections::BTreeMap;

use palinode_broker::Position;

use super::names::Name;

/// How many bytes of batches a file takes before the next one begins; a batch is never divided.
pub(super) const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// What lies between the positions of two files, so that nobody reads over the end of one.
pub(super) const GAP: u64 = 1;

/// The files of a log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// What the last compaction left.
    pub(super) compacted: Option<Compacted>,
    /// Bytes of the files of batches, by the position of the first byte; the last one grows. What lies before the end of
    /// the compacted stretch counts no more.
    pub(super) segments: BTreeMap<u64, u64>,
}

/// A file that a compaction left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compacted {
    pub(super) start: u64,
    pub(super) bytes: u64,
    pub(super) before: u64,
}

impl Compacted {
    pub(super) fn name(self) -> Name {
        Name::Compacted {
            start: self.start,
            before: self.before,
        }
    }
}

/// Where a batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u64,
    /// Bytes that the file has.
    pub(super) at: u64,
}

impl Place {
    pub(super) fn name(self) -> Name {
        Name::Batches { start: self.start }
    }

    pub(super) fn position(self) -> Position {
        Position(self.start + self.at)
    }
}

impl Log {
    /// Where a batch of so many bytes goes.
    pub(super) fn next(&self, bytes: u64) -> Place {
        match self.segments.last_key_value() {
            Some((start, at)) if *at == 0 || at + bytes <= SEGMENT_BYTES => Place { start: *start, at: *at },
            _ => Place {
                start: self.end() + GAP,
                at: 0,
            },
        }
    }

    /// A batch of so many bytes went there.
    pub(super) fn took(&mut self, place: Place, bytes: u64) {
        self.segments.insert(place.start, place.at + bytes);
    }

    /// The file that holds so many bytes from a position on, and where in it.
    pub(super) fn find(&self, from: u64, bytes: u64) -> Option<(Name, u64)> {
        let (name, held) = match self.compacted {
            Some(compacted) if from < compacted.before => (compacted.name(), compacted.bytes),
            _ => {
                let (start, held) = self.segments.range(..=from).next_back()?;
                (Name::Batches { start: *start }, *held)
            }
        };
        let at = from.checked_sub(name.start())?;
        (at.checked_add(bytes)? <= held).then_some((name, at))
    }

    /// Forgets the files that hold nothing from a position on, and says which; never the one that grows.
    pub(super) fn forget_before(&mut self, before: u64) -> Vec<Name> {
        let mut gone = Vec::new();
        if let Some(compacted) = self.compacted.take_if(|compacted| compacted.before <= before) {
            gone.push(compacted.name());
        }
        while let Some(second) = self.segments.keys().nth(1)
            && *second <= before
            && let Some((start, _)) = self.segments.pop_first()
        {
            gone.push(Name::Batches { start });
        }
        gone
    }

    fn end(&self) -> u64 {
        let compacted = self.compacted.map_or(0, |compacted| compacted.before);
        let last = self.segments.last_key_value();
        last.map_or(0, |(start, bytes)| start + bytes).max(compacted)
    }
}
