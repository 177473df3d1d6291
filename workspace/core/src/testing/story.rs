//! A saga from input to input. Every step of a story checks that the fold of its journal is its state.

use std::{sync::Arc, time::Duration};

use crate::{
    Context, Effect, Event, Input, Migration, ParentAnswer, Plan, Purpose, Reason, Saga, SagaId, SagaState, StepIndex,
    Timestamp, Transition, Unmovable, Value, decide, evolve, migrated, returned, transition, transition_refused,
};

use super::{Text, in_words, request_in_words};

pub(crate) struct Story {
    pub(crate) plan: Plan,
    pub(crate) id: SagaId,
    pub(crate) now: Timestamp,
    pub(crate) saga: Option<Saga>,
    pub(crate) journal: Vec<(Event, Timestamp)>,
    effects: Vec<Effect>,
    /// The plans before, each with how many events the journal had when it was left.
    left: Vec<(Plan, usize)>,
}

impl Story {
    /// A saga of which nothing is known.
    pub(crate) fn of(plan: Plan) -> Self {
        let id = SagaId::new("order", "o-1");
        Self {
            plan,
            id,
            now: Timestamp(0),
            saga: None,
            journal: Vec::new(),
            effects: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Moves the saga to `to`, when it can, and tells its events in words, or why it cannot.
    pub(crate) fn migrate(&mut self, to: Plan, migration: &Migration) -> Result<Vec<String>, Unmovable> {
        let migration = Arc::new(migrated(&self.plan, &to, self.saga.as_ref(), migration)?);
        self.leave(to);
        let by = "ann".into();
        Ok(self.when(&Input::Migrate { migration, by }))
    }

    /// Moves the saga to `to`, and holds what follows.
    pub(crate) fn migrate_held(&mut self, to: Plan, input: &Input) {
        self.leave(to);
        let reason = Reason::new(crate::ReasonCode::OutputRefused, "the topic is missing");
        self.when_refused(input, &reason);
    }

    /// Takes a migration back, to the plan before.
    pub(crate) fn undo_migration(&mut self, before: Plan) -> Result<Vec<String>, Unmovable> {
        returned(self.saga.as_ref(), before.version, self.plan.version)?;
        self.leave(before);
        Ok(self.when(&Input::UndoMigration { by: "ann".into() }))
    }

    fn leave(&mut self, to: Plan) {
        let left = std::mem::replace(&mut self.plan, to);
        self.left.push((left, self.journal.len()));
    }

    /// Lets `inputs` happen, a second apart.
    pub(crate) fn given(mut self, inputs: impl IntoIterator<Item = Input>) -> Self {
        for input in inputs {
            self.when(&input);
        }
        self
    }

    /// Lets `input` happen and tells its events in words.
    pub(crate) fn when(&mut self, input: &Input) -> Vec<String> {
        self.advance_clock();
        let context = Context {
            plan: &self.plan,
            decoder: &Text,
            now: self.now,
        };
        let decided = decide(context, &self.id, self.saga.as_ref(), input);
        let transition = transition(context, &self.id, self.saga.as_ref(), input);
        let held = transition.events != decided;
        assert!(
            !held || matches!(transition.events.last(), Some(Event::SagaSuspended { .. })),
            "{transition:?}"
        );
        self.take(transition)
    }

    /// Lets `input` happen while what it sends is refused.
    pub(crate) fn when_refused(&mut self, input: &Input, reason: &Reason) -> Vec<String> {
        self.advance_clock();
        let context = Context {
            plan: &self.plan,
            decoder: &Text,
            now: self.now,
        };
        let transition = transition_refused(context, &self.id, self.saga.as_ref(), input, reason);
        self.take(transition)
    }

    /// The events of the last input.
    pub(crate) fn last_event(&self) -> &Event {
        &self.journal.last().expect("something has happened").0
    }

    /// What the last input sends: commands and emissions by their one field, outcomes by name.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.effects.iter().map(effect_in_words).collect()
    }

    pub(crate) fn effects(&self) -> &[Effect] {
        &self.effects
    }

    pub(crate) fn state(&self) -> &SagaState {
        self.saga.as_ref().and_then(Saga::open).expect("the saga is open")
    }

    /// A request in words: status, round/attempt.
    pub(crate) fn request(&self, step: StepIndex, purpose: Purpose) -> String {
        request_in_words(self.state().step(step).request(purpose))
    }

    fn advance_clock(&mut self) {
        self.now = self.now.plus(Duration::from_secs(1));
    }

    fn take(&mut self, transition: Transition) -> Vec<String> {
        self.journal
            .extend(transition.events.iter().map(|event| (event.clone(), self.now)));
        self.saga = transition.saga;
        self.effects = transition.effects;
        assert_eq!(self.fold(), self.saga, "the state is the fold of the journal");
        transition
            .events
            .iter()
            .map(|event| in_words(&self.plan, event))
            .collect()
    }

    fn fold(&self) -> Option<Saga> {
        let plan_at = |at: usize| {
            let left = self.left.iter().find(|(_, until)| at < *until);
            left.map_or(&self.plan, |(plan, _)| plan)
        };
        self.journal
            .iter()
            .enumerate()
            .fold(None, |saga, (number, (event, at))| {
                evolve(plan_at(number), &self.id, saga, event, *at)
            })
    }
}

fn effect_in_words(effect: &Effect) -> String {
    match effect {
        Effect::Command {
            sub_saga: Some(sub_saga),
            purpose,
            ..
        } => match purpose {
            Purpose::Forward => format!("begin {}", sub_saga.id),
            Purpose::Compensation => format!("take back {}", sub_saga.id),
        },
        Effect::Command { values, .. } => text(values),
        Effect::Answer(ParentAnswer { request, refusal }) => match refusal {
            None => format!("answer {request}: done"),
            Some(reason) => format!("answer {request}: {reason}"),
        },
        Effect::Emission { values, .. } => format!("emit {}", text(values)),
        Effect::Outcome { outcome, .. } => format!("outcome {outcome:?}"),
    }
}

fn text(values: &[Value]) -> String {
    match values {
        [Value::String(text)] => text.to_string(),
        other => format!("{other:?}"),
    }
}
