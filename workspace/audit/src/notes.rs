//! The form in which clients write down what they do: lines of text, each of which stands for itself.
//!
//! ```text
//! palinode-observations 1 the reader
//! sought orders.events 3 0
//! polled orders.events 3 0 85944171f73967e8
//! acknowledged orders.events 3 1 85944171f73967e8
//! confirmed orders.events 3 85944171f73967e8
//! refused orders.events 3 85944171f73967e8
//! ```
//!
//! The first line names the form and the client. Each further one says what it did: with which topic (without the
//! application's prefix) and partition, at which offset, and with what, as a digest in hexadecimal ([`content_digest`]).
//! Lines are only ever added. A line ends with its line feed: what stands behind the last one was torn off when the
//! client died, and counts as not written.
//!
//! Files are opened elsewhere.
//!
//! [`content_digest`]: crate::content_digest

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, BufRead, Write},
    sync::Arc,
};

use palinode_core::TopicName;
use thiserror::Error;

use crate::{Did, Observation};

/// What the first line begins with; the name of the client follows.
const HEAD: &str = "palinode-observations 1 ";

/// Writes down what a client does.
#[derive(Debug)]
pub struct Notes<W> {
    to: W,
    /// What was noted and is not yet written.
    lines: String,
}

/// Why notes cannot be read.
#[derive(Debug, Error)]
pub enum NotesError {
    /// The file cannot be read.
    #[error("the observations cannot be read")]
    Io(#[from] io::Error),
    /// It is a file of something else, or of another version.
    #[error("the first line is not '{HEAD}' and the name of a client")]
    NoNotes,
    /// A line says nothing that is known.
    #[error("line {number} is no observation: '{line}'")]
    NoObservation {
        /// Its number; the first line is 1.
        number: usize,
        /// What it says.
        line: String,
    },
}

impl<W: Write> Notes<W> {
    /// New notes of the client `by`.
    pub fn begin(to: W, by: &str) -> Self {
        Self {
            to,
            lines: format!("{HEAD}{}\n", by.replace('\n', " ")),
        }
    }

    /// Goes on with notes that end with a whole line.
    pub fn go_on(to: W) -> Self {
        Self {
            to,
            lines: String::new(),
        }
    }

    /// Notes what the client did, for the next [`Notes::write`].
    pub fn note(&mut self, topic: &str, partition: i32, did: Did) {
        let lines = &mut self.lines;
        // Writing to a string cannot fail.
        let _ = match did {
            Did::Sought { offset } => writeln!(lines, "sought {topic} {partition} {offset}"),
            Did::Polled { offset, digest } => writeln!(lines, "polled {topic} {partition} {offset} {digest:016x}"),
            Did::Acknowledged { offset, digest } => {
                writeln!(lines, "acknowledged {topic} {partition} {offset} {digest:016x}")
            }
            Did::Confirmed { digest } => writeln!(lines, "confirmed {topic} {partition} {digest:016x}"),
            Did::Refused { digest } => writeln!(lines, "refused {topic} {partition} {digest:016x}"),
        };
    }

    /// What they were written to. What was noted after the last [`Notes::write`] is gone.
    pub fn into_inner(self) -> W {
        self.to
    }

    /// Writes what was noted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self) -> io::Result<()> {
        self.to.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        self.to.flush()
    }
}

/// Hands every observation of a client's notes to `each`, in order. Gives the length of all whole lines, in bytes.
///
/// # Errors
/// When it is something else. Notes without a whole first line are empty.
pub fn read_notes(mut from: impl BufRead, mut each: impl FnMut(Observation)) -> Result<u64, NotesError> {
    let (mut by, mut topics) = (None, BTreeSet::new());
    let (mut line, mut whole) = (Vec::new(), 0);
    for number in 1.. {
        line.clear();
        from.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        whole += line.len() as u64;
        let text = String::from_utf8_lossy(&line[..line.len() - 1]);
        let Some(by) = &by else {
            let name = text.strip_prefix(HEAD).ok_or(NotesError::NoNotes)?;
            by = Some(Arc::<str>::from(name));
            continue;
        };
        let observation = observation(by, &text, &mut topics).ok_or_else(|| NotesError::NoObservation {
            number,
            line: text.into_owned(),
        })?;
        each(observation);
    }
    Ok(whole)
}

/// What a line says.
fn observation(by: &Arc<str>, line: &str, topics: &mut BTreeSet<TopicName>) -> Option<Observation> {
    let mut words = line.split(' ');
    let (did, topic) = (words.next()?, words.next().filter(|topic| !topic.is_empty())?);
    let partition = words.next()?.parse().ok()?;
    let numbers: Vec<&str> = words.collect();
    let offset = |text: &str| text.parse::<i64>().ok();
    let digest = |text: &str| u64::from_str_radix(text, 16).ok();
    let did = match (did, &numbers[..]) {
        ("sought", [at]) => Did::Sought { offset: offset(at)? },
        ("polled", [at, of]) => Did::Polled {
            offset: offset(at)?,
            digest: digest(of)?,
        },
        ("acknowledged", [at, of]) => Did::Acknowledged {
            offset: offset(at)?,
            digest: digest(of)?,
        },
        ("confirmed", [of]) => Did::Confirmed { digest: digest(of)? },
        ("refused", [of]) => Did::Refused { digest: digest(of)? },
        _ => return None,
    };
    let topic = match topics.get(topic) {
        Some(known) => known.clone(),
        None => {
            let new = TopicName::from(topic);
            topics.insert(new.clone());
            new
        }
    };
    Some(Observation {
        by: Arc::clone(by),
        topic,
        partition,
        did,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: [Did; 5] = [
        Did::Sought { offset: 0 },
        Did::Polled { offset: 7, digest: 9 },
        Did::Acknowledged {
            offset: 8,
            digest: u64::MAX,
        },
        Did::Confirmed { digest: 10 },
        Did::Refused { digest: 11 },
    ];

    fn read(file: &[u8]) -> Result<(Vec<Observation>, u64), NotesError> {
        let mut read = Vec::new();
        let whole = read_notes(file, |observation| read.push(observation))?;
        Ok((read, whole))
    }

    fn written(by: &str) -> Vec<u8> {
        let mut file = Vec::new();
        let mut notes = Notes::begin(&mut file, by);
        for did in DID {
            notes.note("orders.events", 3, did);
        }
        notes.write().unwrap();
        file
    }

    #[test]
    fn what_was_noted_is_read_again() {
        let file = written("a reader");
        let lines = "palinode-observations 1 a reader\n\
                     sought orders.events 3 0\n\
                     polled orders.events 3 7 0000000000000009\n\
                     acknowledged orders.events 3 8 ffffffffffffffff\n\
                     confirmed orders.events 3 000000000000000a\n\
                     refused orders.events 3 000000000000000b\n";
        assert_eq!(String::from_utf8_lossy(&file), lines);
        let (read, whole) = read(&file).unwrap();
        assert_eq!(whole, file.len() as u64);
        assert_eq!(read.iter().map(|it| it.did).collect::<Vec<_>>(), DID);
        let of_it = |it: &Observation| &*it.by == "a reader" && it.topic == "orders.events".into() && it.partition == 3;
        assert!(read.iter().all(of_it), "{read:?}");
    }

    #[test]
    fn wherever_notes_were_torn_off_the_whole_lines_stand_and_can_be_gone_on_with() {
        let file = written("reader");
        for length in 0..file.len() {
            let torn = &file[..length];
            let (before, whole) = read(torn).unwrap();
            let lines = torn.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(before.len(), lines.saturating_sub(1), "at {length}");
            let mut file = torn[..usize::try_from(whole).unwrap()].to_vec();
            if lines == 0 {
                assert_eq!(whole, 0);
                continue;
            }
            let mut notes = Notes::go_on(&mut file);
            notes.note("orders.events", 3, DID[0]);
            notes.write().unwrap();
            let (after, _) = read(&file).unwrap();
            assert_eq!(after.len(), before.len() + 1);
            assert_eq!(after[..before.len()], before);
        }
    }

    #[test]
    fn what_is_no_observation_is_told_and_not_passed_over() {
        let head = format!("{HEAD}reader\n");
        for line in [
            "",
            "sought",
            "sought orders.events 3",
            "sought orders.events three 0",
            "sought orders.events 3 0 0",
            "polled orders.events 3 7",
            "polled orders.events 3 7 tea",
            "forgot orders.events 3 7",
            "refused  3 0000000000000001",
        ] {
            let file = format!("{head}sought orders.events 3 0\n{line}\nsought orders.events 3 0\n");
            let error = read(file.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("line 3 is no observation: '{line}'"));
        }
        assert!(matches!(read(b"topics:\n"), Err(NotesError::NoNotes)));
    }
}
