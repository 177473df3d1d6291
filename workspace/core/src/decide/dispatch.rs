//! Which command an input stands for.

use super::{
    Draft, Sending, cancel, deadline, decision, lock, migrate, refused, reply_failed, reply_succeeded, resume, retry,
    start, sub_saga, timeout, wait,
};
use crate::{Context, Event, Input, Reply, ReplyResult, Saga, SagaId, SubSagaInput, TimerKind};

/// The events that follow from `input`, in order; none when a timer no longer means anything.
///
/// [`crate::transition`] decides the same, and gathers what has to be sent.
pub fn decide(context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Vec<Event> {
    let mut draft = Draft::new(context, id, saga.cloned(), Sending::Nothing);
    command(&mut draft, input);
    draft.into_events()
}

/// Lets the command that `input` stands for push its events into `draft`.
pub(crate) fn command(draft: &mut Draft<'_>, input: &Input) {
    match input {
        Input::Start {
            payload,
            correlation,
            traceparent,
        } => start::start(draft, payload, correlation, traceparent, None),
        Input::FromParent {
            parent,
            asks:
                SubSagaInput::Begin {
                    payload,
                    correlation,
                    traceparent,
                },
        } => sub_saga::begin(draft, parent, payload, correlation, traceparent),
        Input::FromParent {
            parent,
            asks: SubSagaInput::TakeBack,
        } => sub_saga::take_back(draft, parent),
        Input::Cancel { .. } => cancel::cancel(draft),
        Input::Reply(
            reply @ Reply {
                result: ReplyResult::Succeeded,
                ..
            },
        ) => reply_succeeded::succeeded(draft, reply),
        Input::Reply(
            reply @ Reply {
                result: ReplyResult::Failed,
                ..
            },
        ) => reply_failed::failed(draft, reply),
        Input::Resume { step, .. } => resume::resume(draft, *step),
        Input::Event { step, payload } => wait::event(draft, *step, payload),
        Input::Decide { step, option, by, note } => decision::decide(draft, *step, option, by, note.as_ref()),
        Input::Lock { step, round, answer } => lock::answered(draft, *step, *round, *answer),
        Input::Migrate { migration, by } => migrate::migrate(draft, migration, by),
        Input::UndoMigration { by } => migrate::undo(draft, by),
        Input::RefuseMigration { code, why } => migrate::refuse(draft, *code, why),
        Input::Timer(TimerKind::Deadline) => deadline::deadline(draft),
        Input::Timer(TimerKind::Timeout { step, purpose, attempt }) => {
            timeout::timeout(draft, *step, *purpose, *attempt)
        }
        Input::Timer(TimerKind::Retry { step, purpose, attempt }) => retry::retry(draft, *step, *purpose, *attempt),
        Input::OutputRefused { reason } => refused::refused(draft, reason),
    }
}
