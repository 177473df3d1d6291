//! `palinode saga`.

mod decide;
mod from_journal;
mod show;

pub(crate) use from_journal::events_of;

use crate::{
    Verdict,
    arguments::{Saga, SagaAction},
};

pub(crate) fn saga(arguments: &Saga) -> anyhow::Result<Verdict> {
    match &arguments.action {
        SagaAction::Show(show) if show.from_journal => from_journal::show(show),
        SagaAction::Show(show) => show::show(show),
        SagaAction::Decide(decision) => decide::decide(decision),
    }
}
