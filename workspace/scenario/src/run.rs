//! Plays the scenarios of a file and compares.

use std::{sync::Arc, time::Duration};

use palinode_core::{Plan, Reason, Saga, Timestamp};
use palinode_wire::Schemas;

use crate::{
    check,
    coverage::Coverage,
    document::Place,
    model::{End, Scenario, Suite},
    script,
    stage::{Cast, Ended, Moment},
};

/// What became of the scenarios of one file.
#[derive(Debug)]
pub struct Results {
    /// The name of the file.
    pub file: Arc<str>,
    /// The scenarios, in the order of the file.
    pub played: Vec<Played>,
    /// Which edges of the definition they walked.
    pub coverage: Coverage,
}

impl Results {
    /// How many scenarios were not as expected.
    pub fn failed(&self) -> usize {
        self.played.iter().filter(|played| !played.failures.is_empty()).count()
    }
}

/// What became of one scenario.
#[derive(Debug)]
pub struct Played {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What was not as expected.
    pub failures: Vec<Failure>,
    /// What happened.
    pub story: Vec<Moment>,
    /// When it began.
    pub begins_at: Timestamp,
    /// Where the saga was at last.
    pub end: End,
}

impl Played {
    /// How long the story was on its own clock.
    pub fn lasted(&self) -> Duration {
        self.story
            .last()
            .map_or(Duration::ZERO, |last| last.at.since(self.begins_at))
    }
}

/// One thing that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it is expected.
    pub place: Place,
    /// What was expected and what happened.
    pub message: String,
}

impl Suite {
    /// Plays every scenario.
    ///
    /// # Errors
    /// When a message of the definition cannot be written by the schemas, whatever happens.
    pub fn run(&self, plan: &Plan, schemas: &Schemas) -> Result<Results, String> {
        let cast = Cast::new(plan, schemas);
        let unwritable = cast.unwritable();
        if !unwritable.is_empty() {
            return Err(unwritable.join("; "));
        }
        let mut coverage = Coverage::of(plan);
        let mut all = Vec::with_capacity(self.scenarios.len());
        for scenario in &self.scenarios {
            let played = self.play(&cast, scenario);
            coverage.add(&played.story);
            all.push(played);
        }
        Ok(Results {
            file: Arc::clone(&self.file),
            played: all,
            coverage,
        })
    }

    fn play(&self, cast: &Cast<'_>, scenario: &Scenario) -> Played {
        let (stage, ended) = script::play(cast, scenario, self.begins_at);
        let (end, reason) = end(stage.saga.as_ref(), &stage.moments);
        let mut failures = check::check(&check::Seen {
            scenario,
            story: &stage.moments,
            begins_at: self.begins_at,
            end,
            reason: reason.as_ref(),
        });
        let trouble = match ended {
            Ended::AtRest => None,
            Ended::Endless => Some("the saga goes on and on".to_owned()),
            Ended::Unknown(reason) => Some(reason),
        };
        failures.extend(trouble.map(|message| Failure {
            place: scenario.place,
            message,
        }));
        Played {
            name: scenario.name.clone(),
            place: scenario.place,
            failures,
            story: stage.moments,
            begins_at: self.begins_at,
            end,
        }
    }
}

/// Where a saga is, and why.
pub(crate) fn end(saga: Option<&Saga>, story: &[Moment]) -> (End, Option<Reason>) {
    match saga {
        None | Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) => (End::NotStarted, None),
        Some(Saga::Open(state)) => match &state.suspended {
            Some(suspension) => (End::Suspended, Some(suspension.reason.clone())),
            None => (End::Open, None),
        },
        Some(Saga::Closed(closed)) => (End::from(closed.outcome), reason_of_end(story)),
    }
}

/// The reason of the last event that ended the saga.
fn reason_of_end(story: &[Moment]) -> Option<Reason> {
    let events = story.iter().rev().flat_map(|moment| moment.events.iter().rev());
    let record = events
        .map(|happened| &happened.record)
        .find(|record| matches!(&*record.event_type, "SagaCompensated" | "SagaCompleted"))?;
    Some(Reason {
        code: palinode_core::ReasonCode::parse(record.code.as_deref()?)?,
        text: record.reason.clone()?,
    })
}
