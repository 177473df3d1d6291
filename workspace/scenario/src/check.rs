//! Holds what happened against what was expected.

use std::time::Duration;

use palinode_core::{Reason, Timestamp, Value};

use crate::{
    document::told_span,
    model::{End, ExpectedCommand, ExpectedEmission, Scenario},
    run::Failure,
    stage::{Moment, Sent},
    values::difference,
};

/// What is compared.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) story: &'a [Moment],
    pub(crate) begins_at: Timestamp,
    pub(crate) end: End,
    pub(crate) reason: Option<&'a Reason>,
}

/// Everything that is not as expected.
pub(crate) fn check(seen: &Seen<'_>) -> Vec<Failure> {
    let mut failures = Vec::new();
    seen.commands(&mut failures);
    seen.never(&mut failures);
    seen.emissions(&mut failures);
    seen.rejections(&mut failures);
    seen.end(&mut failures);
    seen.outcome(&mut failures);
    seen.troubles(&mut failures);
    failures
}

impl Seen<'_> {
    fn sent(&self) -> impl Iterator<Item = (Timestamp, &Sent)> {
        self.story
            .iter()
            .flat_map(|moment| moment.sent.iter().map(|sent| (moment.at, sent)))
    }

    fn commands(&self, failures: &mut Vec<Failure>) {
        let Some((place, expected)) = &self.scenario.expect.commands else {
            return;
        };
        let actual: Vec<_> = self
            .sent()
            .filter_map(|(at, sent)| Some((sent.command_name()?, at, sent)))
            .collect();
        let names: Vec<&str> = actual.iter().map(|(name, ..)| name.as_str()).collect();
        let wanted: Vec<&str> = expected.iter().map(|command| command.name.as_str()).collect();
        if let Some((at, message)) = sequence("command", &wanted, &names) {
            let place = expected.get(at).map_or(*place, |command| command.place);
            return failures.push(Failure { place, message });
        }
        for (expected, (_, at, sent)) in expected.iter().zip(actual) {
            if let Some(message) = self.command(expected, at, sent) {
                let place = expected.place;
                failures.push(Failure { place, message });
            }
        }
    }

    fn command(&self, expected: &ExpectedCommand, happened_at: Timestamp, sent: &Sent) -> Option<String> {
        let Sent::Command {
            round,
            attempt,
            content,
            ..
        } = sent
        else {
            return None;
        };
        let name = &expected.name;
        let subject = format!("the command '{name}'");
        self.time(&subject, expected.at, happened_at)
            .or_else(|| number(&subject, "round", expected.round, round.0))
            .or_else(|| number(&subject, "attempt", expected.attempt, attempt.0))
            .or_else(|| difference(&expected.fields, content).map(|why| format!("{subject} differs: {why}")))
    }

    fn never(&self, failures: &mut Vec<Failure>) {
        for (place, name) in &self.scenario.expect.never {
            let mut names = self.sent().filter_map(|(at, sent)| Some((at, sent.command_name()?)));
            if let Some((at, _)) = names.find(|(_, sent)| sent == name) {
                let at = told_span(at.since(self.begins_at));
                failures.push(Failure {
                    place: *place,
                    message: format!("'{name}' should never be asked for; it was, at {at}"),
                });
            }
        }
    }

    fn emissions(&self, failures: &mut Vec<Failure>) {
        let Some((place, expected)) = &self.scenario.expect.emits else {
            return;
        };
        let actual: Vec<(&str, Timestamp, &Value)> = self
            .sent()
            .filter_map(|(at, sent)| match sent {
                Sent::Emission { milestone, content, .. } => Some((milestone.as_str(), at, content)),
                _ => None,
            })
            .collect();
        let names: Vec<&str> = actual.iter().map(|(name, ..)| *name).collect();
        let wanted: Vec<&str> = expected.iter().map(|emission| emission.milestone.as_str()).collect();
        if let Some((at, message)) = sequence("emitted event", &wanted, &names) {
            let place = expected.get(at).map_or(*place, |emission| emission.place);
            return failures.push(Failure { place, message });
        }
        for (expected, (_, at, content)) in expected.iter().zip(actual) {
            if let Some(message) = self.emission(expected, at, content) {
                let place = expected.place;
                failures.push(Failure { place, message });
            }
        }
    }

    fn emission(&self, expected: &ExpectedEmission, at: Timestamp, content: &Value) -> Option<String> {
        let subject = format!("the event of '{}'", expected.milestone);
        self.time(&subject, expected.at, at)
            .or_else(|| difference(&expected.fields, content).map(|why| format!("{subject} differs: {why}")))
    }

    /// Refusals that a person should look at have to be expected.
    fn rejections(&self, failures: &mut Vec<Failure>) {
        let events = self.story.iter().flat_map(|moment| &moment.events);
        let rejected = events.filter(|happened| happened.record.event_type == "InputRejected");
        match &self.scenario.expect.rejected {
            Some((place, expected)) => {
                let actual: Vec<&str> = rejected
                    .filter_map(|happened| happened.record.code.as_deref())
                    .collect();
                let wanted: Vec<&str> = expected.iter().map(String::as_str).collect();
                if let Some((_, message)) = sequence("refused input", &wanted, &actual) {
                    failures.push(Failure { place: *place, message });
                }
            }
            None => {
                for happened in rejected.filter(|happened| happened.needs_attention) {
                    let code = happened.record.code.as_deref().unwrap_or_default();
                    let at = told_span(happened.record.time.since(self.begins_at));
                    let message = format!(
                        "at {at} an input was refused that a person should look at, {code}; write it under 'rejected' if \
                         that is what is expected"
                    );
                    let place = self.scenario.place;
                    failures.push(Failure { place, message });
                }
            }
        }
    }

    fn end(&self, failures: &mut Vec<Failure>) {
        let expect = &self.scenario.expect;
        if let Some((place, expected)) = expect.end
            && expected != self.end
        {
            let why = self
                .reason
                .map(|reason| format!(" ({}: {reason})", reason.code.as_str()));
            let message = format!(
                "the saga should be {}, and it is {}{}",
                expected.as_str(),
                self.end.as_str(),
                why.unwrap_or_default()
            );
            failures.push(Failure { place, message });
        }
        if let Some((place, expected)) = expect.at {
            let last = self.story.iter().rev().find(|moment| changes(moment));
            let at = last.map_or(Duration::ZERO, |last| last.at.since(self.begins_at));
            if at != expected {
                let (expected, at) = (told_span(expected), told_span(at));
                let message = format!("the last change should be at {expected}, and it is at {at}");
                failures.push(Failure { place, message });
            }
        }
        let actual = self.reason.map_or("none", |reason| reason.code.as_str());
        if let Some((place, expected)) = &expect.reason
            && expected != actual
        {
            let message = format!("the reason should be {expected}, and it is {actual}");
            failures.push(Failure { place: *place, message });
        }
        let words = self.reason.map_or("", |reason| &reason.text);
        if let Some((place, expected)) = &expect.says
            && !words.contains(expected.as_str())
        {
            let message = format!("the reason should say '{expected}', and it says '{words}'");
            failures.push(Failure { place: *place, message });
        }
    }

    fn outcome(&self, failures: &mut Vec<Failure>) {
        let Some((place, expected)) = &self.scenario.expect.outcome else {
            return;
        };
        let outcome = self.sent().filter_map(|(_, sent)| match sent {
            Sent::Outcome { content } => Some(content),
            _ => None,
        });
        let message = match outcome.last() {
            None => Some("there is no outcome: the saga has not ended".to_owned()),
            Some(content) => difference(expected, content).map(|why| format!("the outcome differs: {why}")),
        };
        failures.extend(message.map(|message| Failure { place: *place, message }));
    }

    /// A message that cannot be written is never expected.
    fn troubles(&self, failures: &mut Vec<Failure>) {
        for moment in self.story {
            if let Some(trouble) = &moment.trouble {
                let at = told_span(moment.at.since(self.begins_at));
                failures.push(Failure {
                    place: self.scenario.place,
                    message: format!("at {at} {trouble}"),
                });
            }
        }
    }

    fn time(&self, subject: &str, expected: Option<Duration>, at: Timestamp) -> Option<String> {
        let at = at.since(self.begins_at);
        let expected = expected.filter(|expected| *expected != at)?;
        Some(format!(
            "{subject} should come at {}, and it came at {}",
            told_span(expected),
            told_span(at)
        ))
    }
}

fn number(subject: &str, what: &str, expected: Option<u32>, actual: u32) -> Option<String> {
    let expected = expected.filter(|expected| *expected != actual)?;
    Some(format!("{subject} should have {what} {expected}, and it has {actual}"))
}

/// Whether a moment is more than a refused input.
fn changes(moment: &Moment) -> bool {
    let mut events = moment.events.iter();
    events.any(|happened| happened.record.event_type != "InputRejected")
}

/// The first place at which two sequences differ, and how.
fn sequence(what: &str, expected: &[&str], actual: &[&str]) -> Option<(usize, String)> {
    if expected == actual {
        return None;
    }
    let at = expected
        .iter()
        .zip(actual)
        .take_while(|(left, right)| left == right)
        .count();
    let named = |names: &[&str]| {
        names
            .get(at)
            .map_or_else(|| "nothing more".to_owned(), |name| format!("'{name}'"))
    };
    let message = format!(
        "{what} number {} should be {}, and it is {}; all that happened: [{}]",
        at + 1,
        named(expected),
        named(actual),
        actual.join(", ")
    );
    Some((at, message))
}
