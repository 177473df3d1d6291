//! `palinode definitions`.

mod arguments;
mod diff;
mod difference;
mod list;
mod migrate;
mod movable;
mod open_sagas;
mod place;
mod publish;
mod registered;
mod retire;
mod states;
mod together;

pub(crate) use arguments::Definitions;

use crate::Verdict;
use arguments::Action;

pub(crate) fn definitions(arguments: &Definitions) -> anyhow::Result<Verdict> {
    match &arguments.action {
        Action::Publish(publish) => publish::publish(publish),
        Action::List(list) => list::list(list),
        Action::Diff(diff) => diff::diff(diff),
        Action::Retire(retire) => retire::retire(retire),
        Action::Migrate(migrate) => migrate::migrate(migrate),
    }
}
