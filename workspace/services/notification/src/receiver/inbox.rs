//! What the receiver has.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use serde::Serialize;

use crate::ChatMessage;

/// Messages that are kept for showing.
const SHOWN_MAX: usize = 100;
/// Ids that are remembered: repeats come within seconds of the first copy, and this many are hours of a busy shop.
const IDS_MAX: usize = 200_000;

/// What was received so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Messages that came, repeats too.
    pub raw: u64,
    /// Messages that came again and were dropped.
    pub repeats: u64,
    /// Messages that were turned away while the chat was closed.
    pub turned_away: u64,
    /// The last messages, oldest first, without repeats.
    pub last: Vec<ChatMessage>,
}

impl Received {
    /// Messages without repeats.
    pub fn distinct(&self) -> u64 {
        self.raw - self.repeats
    }
}

/// The messages of the chat. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    raw: u64,
    repeats: u64,
    turned_away: u64,
    is_closed: bool,
    known: HashSet<Arc<str>>,
    by_age: VecDeque<Arc<str>>,
    last: VecDeque<ChatMessage>,
}

/// What became of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new.
    New,
    /// It had come before.
    Repeat,
    /// The chat is closed.
    TurnedAway,
}

impl Inbox {
    /// From now on messages are turned away, as if the chat were down.
    pub fn close(&self) {
        self.state.lock().is_closed = true;
    }

    /// From now on messages are taken again.
    pub fn reopen(&self) {
        self.state.lock().is_closed = false;
    }

    /// What was received so far.
    pub fn received(&self) -> Received {
        let state = self.state.lock();
        Received {
            raw: state.raw,
            repeats: state.repeats,
            turned_away: state.turned_away,
            last: state.last.iter().cloned().collect(),
        }
    }

    pub(super) fn take(&self, message: ChatMessage) -> Came {
        let mut state = self.state.lock();
        if state.is_closed {
            state.turned_away += 1;
            return Came::TurnedAway;
        }
        state.raw += 1;
        let id: Arc<str> = message.message_id.as_str().into();
        if !state.known.insert(Arc::clone(&id)) {
            state.repeats += 1;
            return Came::Repeat;
        }
        state.by_age.push_back(id);
        if state.by_age.len() > IDS_MAX
            && let Some(oldest) = state.by_age.pop_front()
        {
            state.known.remove(&oldest);
        }
        state.last.push_back(message);
        if state.last.len() > SHOWN_MAX {
            state.last.pop_front();
        }
        Came::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: usize) -> ChatMessage {
        ChatMessage {
            text: "Shipped".into(),
            message_id: format!("m-{id}"),
            order_id: "o-1".into(),
        }
    }

    #[test]
    fn a_repeat_is_counted_and_dropped() {
        let inbox = Inbox::default();
        assert_eq!(
            [inbox.take(message(1)), inbox.take(message(1)), inbox.take(message(2))],
            [Came::New, Came::Repeat, Came::New]
        );
        let received = inbox.received();
        assert_eq!((received.raw, received.repeats, received.distinct()), (3, 1, 2));
        assert_eq!(received.last, [message(1), message(2)]);
    }

    #[test]
    fn only_the_last_are_kept_for_showing() {
        let inbox = Inbox::default();
        for id in 0..=SHOWN_MAX {
            inbox.take(message(id));
        }
        let last = inbox.received().last;
        assert_eq!((last.len(), &last[0]), (SHOWN_MAX, &message(1)));
    }

    #[test]
    fn a_closed_chat_turns_away_and_forgets_nothing() {
        let inbox = Inbox::default();
        inbox.take(message(1));
        inbox.close();
        assert_eq!(inbox.take(message(2)), Came::TurnedAway);
        inbox.reopen();
        assert_eq!(
            [inbox.take(message(1)), inbox.take(message(2))],
            [Came::Repeat, Came::New]
        );
        assert_eq!(inbox.received().turned_away, 1);
    }
}
