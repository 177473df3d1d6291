//! Which answers the stubs gave: a repeated request is answered alike, also after the rules were changed, and over a
//! restart of a sandbox that keeps its state.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;

use super::reply::Verdict;

/// Requests whose answer is remembered: more than any test has under way.
const REMEMBERED_MAX: usize = 100_000;

/// The answers that were given, oldest first.
#[derive(Default)]
pub(in super::super) struct Answers {
    known: BTreeMap<Arc<str>, Verdict>,
    oldest: VecDeque<Arc<str>>,
    file: Option<Log>,
}

/// A file with a line for each answer, written before the answer goes out.
struct Log {
    path: PathBuf,
    file: File,
    lines: usize,
}

impl Answers {
    /// The answers that a file holds, if there is one. A last line that was not written to its end is left out.
    pub(in super::super) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut answers = Self::default();
        if !path.exists() {
            return Ok(answers);
        }
        let text = fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let (request, verdict) = serde_json::from_str::<(String, Verdict)>(line)
                .with_context(|| format!("{} holds a line that is no answer: {line}", path.display()))?;
            answers.note(request.into(), verdict);
        }
        Ok(answers)
    }

    /// Keeps all answers in this file, too.
    pub(in super::super) fn keep_in(&mut self, path: &Path) -> anyhow::Result<()> {
        self.write(path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        self.file = Some(Log {
            path: path.to_owned(),
            file,
            lines: self.oldest.len(),
        });
        Ok(())
    }

    /// Writes all answers into a file, as a whole or not at all.
    pub(in super::super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut lines = String::new();
        for request in &self.oldest {
            lines.push_str(&line(
                request,
                self.known.get(request).copied().unwrap_or(Verdict::Done),
            )?);
        }
        let next = path.with_extension("next");
        fs::write(&next, lines)
            .and_then(|()| fs::rename(&next, path))
            .with_context(|| format!("{} could not be written", path.display()))
    }

    /// The answer that a request got.
    pub(super) fn of(&self, request: &str) -> Option<Verdict> {
        self.known.get(request).copied()
    }

    /// Remembers the first answer to a request.
    pub(super) fn remember(&mut self, request: &str, verdict: Verdict) -> anyhow::Result<()> {
        self.note(request.into(), verdict);
        let Some(Log { path, file, lines }) = &mut self.file else {
            return Ok(());
        };
        file.write_all(line(request, verdict)?.as_bytes())
            .with_context(|| format!("{} could not be written", path.display()))?;
        *lines += 1;
        if *lines > 2 * REMEMBERED_MAX {
            let path = path.clone();
            self.keep_in(&path)?;
        }
        Ok(())
    }

    fn note(&mut self, request: Arc<str>, verdict: Verdict) {
        if self.known.insert(Arc::clone(&request), verdict).is_some() {
            return;
        }
        self.oldest.push_back(request);
        if self.oldest.len() > REMEMBERED_MAX
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

fn line(request: &str, verdict: Verdict) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&(request, verdict))? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_again_and_a_cut_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers");
        let mut answers = Answers::default();
        answers.remember("a", Verdict::Refused).unwrap();
        answers.keep_in(&path).unwrap();
        answers.remember("b", Verdict::Done).unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("[\"c\",\"do");
        fs::write(&path, text).unwrap();

        let found = Answers::read(&path).unwrap();

        let wanted = [Some(Verdict::Refused), Some(Verdict::Done), None];
        assert_eq!(["a", "b", "c"].map(|request| found.of(request)), wanted);
    }
}
