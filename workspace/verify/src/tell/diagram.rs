//! A path as a sequence diagram in Mermaid.

use std::fmt::Write;

use palinode_core::{Effect, Event, Purpose, StepIndex, Timestamp};

use super::{
    span,
    words::{Words, short},
};
use crate::world::{Again, Made, Move, Taken};

/// The end of the names of topics that hold commands; the rest names who reads it.
const COMMANDS: &str = ".commands";

/// The diagram. Each topic of commands is one participant.
pub(super) fn diagram(words: Words<'_>, played: &[(Option<Timestamp>, Made, &Taken)], ends: &str) -> String {
    let mut drawn = Drawn {
        words,
        topics: Vec::new(),
        body: String::new(),
    };
    for (at, made, taken) in played {
        if let Some(at) = at {
            drawn.note(&span(u64::try_from(at.0).unwrap_or(0)));
        }
        drawn.made(made.what);
        for effect in &taken.effects {
            if let Effect::Command {
                step,
                purpose,
                attempt,
                message,
                ..
            } = effect
            {
                let to = drawn.participant(*step);
                let record = short(&words.plan.message(*message).record).to_owned();
                let again = if attempt.0 > 1 {
                    format!(" (attempt {})", attempt.0)
                } else {
                    String::new()
                };
                let back = if *purpose == Purpose::Compensation {
                    "take back: "
                } else {
                    ""
                };
                drawn.line(&format!("P->>{to}: {back}{record}{again}"));
            }
        }
        for event in &taken.events {
            drawn.event(event);
        }
    }
    drawn.note(ends);
    let mut text = String::from("sequenceDiagram\n    participant P as Palinode\n");
    for (number, topic) in drawn.topics.iter().enumerate() {
        let _ = writeln!(text, "    participant S{number} as {topic}");
    }
    text.push_str(&drawn.body);
    text
}

struct Drawn<'a> {
    words: Words<'a>,
    topics: Vec<String>,
    body: String,
}

impl Drawn<'_> {
    fn made(&mut self, made: Move) {
        match made {
            Move::Start => self.note("the saga starts"),
            Move::Cancel => self.note("a wish to cancel"),
            Move::Deadline => self.note("the deadline passes"),
            Move::Resume | Move::ResumeWith(_) => self.note("somebody lets the saga go on"),
            Move::Done(step, purpose) => self.reply(step, purpose, true, ""),
            Move::Refused(step, purpose) => self.reply(step, purpose, false, ""),
            Move::Again(Again::Reply(step, purpose)) => self.reply(step, purpose, true, " (again)"),
            Move::Again(Again::Stale(step, purpose)) => self.reply(step, purpose, false, " (of the request before)"),
            Move::Again(again) => {
                let told = self.words.again(again);
                self.note(told.trim_end_matches('.'));
            }
            Move::Timeout(step, Purpose::Forward) if self.words.plan.step(step).replies().is_none() => {
                let told = self.words.time_is_over(step);
                self.note(&told);
            }
            Move::Timeout(step, _) => {
                let from = self.participant(step);
                self.line(&format!("{from}--xP: no answer in time"));
            }
            Move::Retry(..) => {}
            Move::Event(step) => {
                let told = format!("the event of '{}'", self.words.name(step));
                self.note(&told);
            }
            Move::Full(step) => {
                let told = format!("too many wait for the lock of '{}'", self.words.name(step));
                self.note(&told);
            }
            Move::Granted(step) => {
                let told = format!("the lock of '{}' is granted", self.words.name(step));
                self.note(&told);
            }
            Move::Decide(step, option) => {
                let told = format!(
                    "'{}' is decided: {}",
                    self.words.name(step),
                    self.words.option(step, option)
                );
                self.note(&told);
            }
        }
    }

    fn reply(&mut self, step: StepIndex, purpose: Purpose, succeeded: bool, how: &str) {
        let from = self.participant(step);
        let record = self.words.reply(step, purpose, succeeded);
        self.line(&format!("{from}-->>P: {record}{how}"));
    }

    fn event(&mut self, event: &Event) {
        let is_turn = matches!(
            event,
            Event::CompensationStarted { .. }
                | Event::SagaSuspended { .. }
                | Event::SagaResumed
                | Event::SagaReopened { .. }
                | Event::SagaCompleted
                | Event::SagaCompensated { .. }
                | Event::InputRejected { .. }
        );
        if is_turn && let Some(told) = self.words.event(event) {
            self.note(&told);
        }
    }

    fn participant(&mut self, step: StepIndex) -> String {
        let plan = self.words.plan;
        let asked = plan.step(step);
        let command = [Purpose::Forward, Purpose::Compensation]
            .into_iter()
            .find_map(|of| asked.command_for(of));
        let topic = command.map_or("?", |command| plan.message(command).topic.as_str());
        let name = topic.strip_suffix(COMMANDS).unwrap_or(topic);
        let number = self.topics.iter().position(|known| known == name).unwrap_or_else(|| {
            self.topics.push(name.to_owned());
            self.topics.len() - 1
        });
        format!("S{number}")
    }

    fn note(&mut self, text: &str) {
        // A semicolon or a hash would end the line for Mermaid.
        let text = text.replace([';', '#'], ",");
        self.line(&format!("Note over P: {text}"));
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.body, "    {text}");
    }
}
