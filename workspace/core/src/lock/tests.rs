//! A lock alone: given, when, then; and what holds of every lock.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{LockKey, Round, SagaId, Timestamp, limits};

fn request(saga: u16, round: u32) -> LockRequest {
    LockRequest {
        saga: SagaId::new("booking", format!("b-{saga}")),
        step: "seat".into(),
        round: Round(round),
    }
}

fn ask(saga: u16) -> LockInput {
    LockInput::Ask(request(saga, 1))
}

fn let_go(saga: u16) -> LockInput {
    LockInput::LetGo(request(saga, 1))
}

fn in_words(event: &LockEvent) -> String {
    let who = &event.request().saga.key;
    match event {
        LockEvent::Taken { .. } => format!("{who} holds it"),
        LockEvent::Awaited { place, .. } => format!("{who} waits at {place}"),
        LockEvent::Overfull { .. } => format!("{who} is one too many"),
        LockEvent::Left { .. } => format!("{who} left"),
        LockEvent::Rejected { reason, .. } => format!("{who} refused: {reason}"),
    }
}

#[derive(Default)]
struct Story {
    lock: LockState,
    events: Vec<LockEvent>,
}

impl Story {
    fn given(inputs: impl IntoIterator<Item = LockInput>) -> Self {
        let mut story = Self::default();
        for input in inputs {
            story.when(&input);
        }
        story
    }

    fn when(&mut self, input: &LockInput) -> Vec<String> {
        let events = decide_lock(&self.lock, input);
        for event in &events {
            self.lock = evolve_lock(
                std::mem::take(&mut self.lock),
                event,
                Timestamp(self.events.len() as i64),
            );
            self.events.push(event.clone());
        }
        events.iter().map(in_words).collect()
    }
}

#[test]
fn a_lock_goes_to_who_asked_first() {
    let mut story = Story::default();
    assert_eq!(story.when(&ask(1)), ["b-1 holds it"]);
    assert_eq!(story.when(&ask(2)), ["b-2 waits at 1"]);
    assert_eq!(story.when(&ask(3)), ["b-3 waits at 2"]);
    assert_eq!(story.when(&let_go(1)), ["b-1 left", "b-2 holds it"]);
    assert_eq!(story.when(&let_go(2)), ["b-2 left", "b-3 holds it"]);
    assert_eq!(story.when(&let_go(3)), ["b-3 left"]);
    assert_eq!(story.lock.holder, None);
    assert_eq!(story.when(&ask(1)), ["b-1 holds it"], "it may be had again");
}

#[test]
fn who_waits_no_longer_is_passed_by() {
    let mut story = Story::given([ask(1), ask(2), ask(3)]);
    assert_eq!(story.when(&let_go(2)), ["b-2 left"]);
    assert_eq!(story.when(&let_go(1)), ["b-1 left", "b-3 holds it"]);
}

#[test]
fn a_grant_that_comes_too_late_is_given_back() {
    let mut story = Story::given([ask(1), ask(2)]);
    // The second gives up waiting while the grant is on its way: what it sends gives the lock back.
    assert_eq!(story.when(&let_go(1)), ["b-1 left", "b-2 holds it"]);
    assert_eq!(story.when(&let_go(2)), ["b-2 left"]);
    assert_eq!(story.lock.holder, None);
}

#[test]
fn a_request_counts_once() {
    let mut story = Story::given([ask(1), ask(2)]);
    for known in [ask(1), ask(2)] {
        let said = story.when(&known);
        assert!(said[0].contains("has been made already"), "{said:?}");
    }
    assert_eq!(story.lock.waiting.len(), 1);
    let said = story.when(&let_go(7));
    assert!(said[0].contains("neither holds the lock nor waits for it"), "{said:?}");
    assert_eq!(story.lock.sequence.0, 5, "refusals are recorded");
}

#[test]
fn another_round_of_the_same_step_is_another_request() {
    let mut story = Story::given([ask(1), ask(2), let_go(2)]);
    assert_eq!(story.when(&LockInput::Ask(request(2, 2))), ["b-2 waits at 1"]);
    let said = story.when(&let_go(2));
    assert!(said[0].contains("neither holds"), "{said:?}");
    assert!(story.lock.is_awaited_by(&request(2, 2)));
}

#[test]
fn a_queue_is_bounded() {
    let mut story = Story::given((0..=limits::LOCK_QUEUE_MAX).map(ask));
    assert_eq!(story.lock.waiting.len(), usize::from(limits::LOCK_QUEUE_MAX));
    assert_eq!(story.when(&ask(60_000)), ["b-60000 is one too many"]);
    story.when(&let_go(0));
    assert_eq!(
        story.when(&ask(60_000)),
        [format!("b-60000 waits at {}", limits::LOCK_QUEUE_MAX)]
    );
}

#[test]
fn a_lock_has_an_id_that_no_saga_has() {
    assert_eq!(
        LockState::id(&LockKey::from("seat/7")).to_string(),
        "palinode.lock/seat/7"
    );
}

proptest! {
    /// Whatever is told in whatever order: one holds it at a time, who asked first gets it first, and when all have let
    /// go it is free.
    #[test]
    fn one_at_a_time_and_in_order(moves in vec((0u16..6, 1u32..3, any::<bool>()), 0..80)) {
        let mut story = Story::default();
        let mut queue: Vec<LockRequest> = Vec::new();
        let mut asked = BTreeSet::new();
        for (saga, round, asks) in moves {
            let request = request(saga, round);
            let input = if asks { LockInput::Ask(request.clone()) } else { LockInput::LetGo(request.clone()) };
            story.when(&input);
            if asks && !queue.contains(&request) {
                queue.push(request.clone());
                asked.insert(request);
            } else if !asks {
                queue.retain(|known| *known != request);
            }
            let holder = story.lock.holder.as_ref().map(|holder| &holder.request);
            prop_assert_eq!(holder, queue.first());
            let waiting: Vec<_> = story.lock.waiting.iter().map(|waiting| &waiting.request).collect();
            prop_assert_eq!(waiting, queue.iter().skip(1).collect::<Vec<_>>());
        }
        let taken = story.events.iter().filter(|event| matches!(event, LockEvent::Taken { .. })).count();
        let left = story.events.iter().filter(|event| matches!(event, LockEvent::Left { .. })).count();
        for request in asked {
            story.when(&LockInput::LetGo(request));
        }
        prop_assert_eq!(&story.lock.holder, &None);
        prop_assert!(story.lock.waiting.is_empty());
        prop_assert!(taken <= left + 1 + queue.len());
    }
}
