//! Moves and events in plain words.

use palinode_core::{Action, Event, Plan, Purpose, RecordName, RequestStatus, StepIndex};

use crate::{
    facts::Facts,
    world::{Again, Asked, ITEMS, Move, Style, Unknown, World},
};

/// Knows the words of one definition.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) plan: &'a Plan,
    pub(super) facts: &'a Facts,
}

impl Words<'_> {
    /// What happens.
    pub(super) fn made(&self, before: &World, made: Move) -> String {
        match made {
            Move::Start => format!("{} starts the saga.", short(&self.plan.started_by.record)),
            Move::Cancel => match &self.plan.cancelled_by {
                Some(trigger) => format!("{} asks to cancel.", short(&trigger.record)),
                None => "Somebody asks to cancel.".into(),
            },
            Move::Deadline => "The saga's deadline passes.".into(),
            Move::Resume => self.resumes(before),
            Move::ResumeWith(step) => format!("A person lets the saga go on with taking back '{}'.", self.name(step)),
            Move::Done(step, purpose) => {
                let late = if self.is_late(before, step, purpose) {
                    " late"
                } else {
                    ""
                };
                format!(
                    "{} is answered{late}: {}.",
                    self.request(step, purpose),
                    self.reply(step, purpose, true)
                )
            }
            Move::Refused(step, purpose) => {
                let late = if self.is_late(before, step, purpose) {
                    " late"
                } else {
                    ""
                };
                let plain = if before.style == Style::Plain {
                    ", without headers"
                } else {
                    ""
                };
                let (request, reply) = (self.request(step, purpose), self.reply(step, purpose, false));
                format!("{request} is refused{late}: {reply}{plain}.")
            }
            Move::Timeout(step, Purpose::Forward) if self.plan.step(step).replies().is_none() => {
                format!("{}.", capital(&self.time_is_over(step)))
            }
            Move::Timeout(step, purpose) => format!("{} has no answer in time.", self.request(step, purpose)),
            Move::Retry(step, purpose) => format!("The pause of {} ends.", self.request_within(step, purpose)),
            Move::Again(again) => self.again(again),
            Move::Event(step) => format!("{} comes, for which '{}' waits.", self.awaited(step), self.name(step)),
            Move::Full(step) => format!("Too many wait for the lock of '{}' already.", self.name(step)),
            Move::Granted(step) => format!("The lock of '{}' is granted.", self.name(step)),
            Move::Decide(step, option) => {
                format!("A person decides '{}': {}.", self.name(step), self.option(step, option))
            }
        }
    }

    /// What comes once more, or too late.
    pub(super) fn again(&self, again: Again) -> String {
        match again {
            Again::Start => format!("{} comes once more.", short(&self.plan.started_by.record)),
            Again::Resume => "Somebody lets the saga go on, which it does.".into(),
            Again::Reply(step, purpose) => {
                format!(
                    "The last answer to {} comes once more.",
                    self.request_within(step, purpose)
                )
            }
            Again::Stale(step, purpose) => format!(
                "A refusal of the request before comes once more for {}.",
                self.request_within(step, purpose)
            ),
            Again::Event(step) => format!("{} comes once more.", self.awaited(step)),
            Again::Decide(step) => format!("A person decides '{}', which is not asked.", self.name(step)),
            Again::Granted(step) => format!(
                "The lock of '{}' is granted, for which it does not wait.",
                self.name(step)
            ),
        }
    }

    /// The event that the step waits for.
    fn awaited(&self, step: StepIndex) -> &str {
        let trigger = self.plan.step(step).event();
        trigger.map_or("The event", |trigger| short(&trigger.record))
    }

    /// What was picked of the data.
    pub(super) fn picked(&self, asked: &Asked) -> String {
        match (asked.what, asked.pick) {
            (Unknown::Retry(_), 0) => "It is worth another attempt.".into(),
            (Unknown::Retry(_), _) => "It is not worth another attempt.".into(),
            (Unknown::When(step), 0) => format!("The condition of '{}' holds.", self.name(step)),
            (Unknown::When(step), _) => format!("The condition of '{}' does not hold.", self.name(step)),
            (Unknown::Items(step), pick) => {
                let items = match ITEMS[usize::from(pick) % ITEMS.len()] {
                    0 => "no element".to_owned(),
                    1 => "one element".to_owned(),
                    items => format!("{items} elements"),
                };
                format!("The array of '{}' has {items}.", self.name(step))
            }
            (Unknown::Until(step), 0) => format!("The time that '{}' waits for has passed.", self.name(step)),
            (Unknown::Until(step), _) => format!("The time that '{}' waits for is to come.", self.name(step)),
            (Unknown::Deadline(step), 0) => format!("The deadline of '{}' has not passed.", self.name(step)),
            (Unknown::Deadline(step), _) => format!("The deadline of '{}' has passed.", self.name(step)),
        }
    }

    /// The wait or the question of a step ends by time.
    pub(super) fn time_is_over(&self, step: StepIndex) -> String {
        match &self.plan.step(step).action {
            Action::Decision(_) => format!("nobody has decided '{}' in time", self.name(step)),
            Action::Lock(_) => format!("the lock of '{}' has not come free in time", self.name(step)),
            Action::Wait(_) | Action::Command { .. } | Action::SubSaga(_) => {
                format!("the wait of '{}' is over", self.name(step))
            }
        }
    }

    /// The name of an option of the step's question.
    pub(super) fn option(&self, step: StepIndex, option: u8) -> String {
        match &self.plan.step(step).action {
            Action::Decision(question) => question
                .options
                .get(usize::from(option))
                .map_or_else(String::new, |option| option.name.to_string()),
            Action::Wait(_) | Action::Lock(_) | Action::Command { .. } | Action::SubSaga(_) => String::new(),
        }
    }

    /// What follows, when it is not what the move says already.
    pub(super) fn event(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Requested {
                step, purpose, attempt, ..
            } => {
                let again = match (attempt.0, self.left_out(*step, *purpose)) {
                    (0 | 1, _) => String::new(),
                    (attempt, Some((last, all))) if attempt == last => format!(", for the last of {all} times"),
                    (attempt, _) => format!(", for the {} time", ordinal(attempt)),
                };
                match purpose {
                    Purpose::Forward => format!("'{}' is asked for{again}", self.name(*step)),
                    Purpose::Compensation => format!("'{}' is asked to be taken back{again}", self.name(*step)),
                }
            }
            Event::RetryScheduled { step, purpose, .. } => {
                format!(
                    "{} will be tried again after a pause",
                    self.request_within(*step, *purpose)
                )
            }
            Event::PassedOver { step } => format!("'{}' is passed over", self.name(*step)),
            Event::WaitStarted { step, .. } => format!("'{}' waits", self.name(*step)),
            Event::EventArrived { .. } => "it is kept until then".into(),
            Event::WaitEnded { step, fails: true, .. } => format!("'{}' has failed", self.name(*step)),
            Event::DecisionAsked { step, .. } => format!("'{}' is asked", self.name(*step)),
            Event::DecisionMade { step, decision, fails } => {
                let means = if *fails { "fails" } else { "succeeds" };
                format!("'{}' {means} ({})", self.name(*step), decision.option)
            }
            Event::LockAsked { step, .. } => format!("'{}' asks for its lock", self.name(*step)),
            Event::LockMissed { step, fails: true, .. } => format!("'{}' has failed", self.name(*step)),
            Event::LockReleased { step, .. } => format!("the lock of '{}' is given back", self.name(*step)),
            Event::SubSagaNamed { step, .. } => format!("'{}' is a saga of its own", self.name(*step)),
            Event::ParentNamed { .. } => "the saga is a step of another one".into(),
            Event::TakenBackByParent { .. } => "the saga is taken back by the one of which it is a step".into(),
            Event::GivenUp { step, purpose, .. } => format!("{} is given up", self.request_within(*step, *purpose)),
            Event::CancellationAccepted => "the wish is granted".into(),
            Event::CancellationKept => "the wish is kept for the start".into(),
            Event::CompensationStarted { reason } => format!("the saga turns back ({})", reason.code.as_str()),
            Event::SagaSuspended { reason, .. } => format!("the saga waits: {reason}"),
            Event::SagaResumed => "the saga goes on".into(),
            Event::SagaReopened { .. } => "the saga is opened again".into(),
            Event::SagaCompleted => "the saga ends COMPLETED".into(),
            Event::SagaCompensated { .. } => "the saga ends COMPENSATED".into(),
            Event::InputRejected { code, .. } => format!("this is rejected ({})", code.as_str()),
            _ => return None,
        })
    }

    pub(super) fn name(&self, step: StepIndex) -> String {
        if self.plan.has_step(step) {
            self.plan.step_name(step).to_string()
        } else {
            format!("{step:?}")
        }
    }

    /// The record type of a reply, without its namespace.
    pub(super) fn reply(&self, step: StepIndex, purpose: Purpose, succeeded: bool) -> String {
        let replies = self.plan.step(step).replies_for(purpose);
        let record = replies.and_then(|replies| {
            if succeeded {
                Some(&replies.succeeded)
            } else {
                replies.failed.as_ref()
            }
        });
        record.map_or_else(|| "a failure".into(), |record| short(record).into())
    }

    /// When attempts were left out: the number of the last one, and how many there are.
    fn left_out(&self, step: StepIndex, purpose: Purpose) -> Option<(u32, u32)> {
        let (explored, all) = (
            self.plan.step(step).retry_for(purpose).attempts,
            self.facts.attempts(step, purpose),
        );
        (explored < all).then_some((explored, all))
    }

    fn resumes(&self, before: &World) -> String {
        let waiting = before
            .open()
            .and_then(|state| state.suspended.as_ref())
            .and_then(|suspension| suspension.step);
        let event = match waiting {
            Some((step, Purpose::Forward)) => self.plan.step(step).resumed_by.as_ref(),
            _ => None,
        };
        match event {
            Some(trigger) => format!("{} lets the saga go on.", short(&trigger.record)),
            None => "A person lets the saga go on.".into(),
        }
    }

    fn is_late(&self, before: &World, step: StepIndex, purpose: Purpose) -> bool {
        before
            .request(step, purpose)
            .is_none_or(|request| !matches!(request.status, RequestStatus::Pending { .. }))
    }

    fn request(&self, step: StepIndex, purpose: Purpose) -> String {
        match purpose {
            Purpose::Forward => format!("'{}'", self.name(step)),
            Purpose::Compensation => format!("Taking back '{}'", self.name(step)),
        }
    }

    fn request_within(&self, step: StepIndex, purpose: Purpose) -> String {
        match purpose {
            Purpose::Forward => format!("'{}'", self.name(step)),
            Purpose::Compensation => format!("taking back '{}'", self.name(step)),
        }
    }
}

/// A record's name without its namespace.
pub(super) fn short(record: &RecordName) -> &str {
    record.as_str().rsplit('.').next().unwrap_or(record.as_str())
}

/// A text with a capital letter at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), characters.as_str())
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
