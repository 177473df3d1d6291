//! The letters of a task.

use std::collections::VecDeque;

use palinode_engine::{Letter, MAILBOX_LETTERS_MAX};

/// The letters of a task. Wake-ups are coalesced to one, as in production.
#[derive(Default)]
pub(crate) struct Mailbox {
    letters: VecDeque<Letter>,
    is_woken: bool,
}

impl Mailbox {
    /// Puts a letter in. False when there is no room: then it is gone.
    pub(crate) fn put(&mut self, letter: Letter) -> bool {
        if self.letters.len() >= MAILBOX_LETTERS_MAX {
            return false;
        }
        self.letters.push_back(letter);
        true
    }

    /// Puts a wake-up in, unless one waits.
    pub(crate) fn wake(&mut self) {
        if !self.is_woken {
            self.is_woken = self.put(Letter::Wake);
        }
    }

    /// Takes the oldest letter.
    pub(crate) fn take(&mut self) -> Option<Letter> {
        let letter = self.letters.pop_front()?;
        if matches!(letter, Letter::Wake) {
            self.is_woken = false;
        }
        Some(letter)
    }

    /// How many letters wait.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.letters.len()
    }
}
