//! `palinode backup`: copies of tasks' stores in a folder or an object store.
//!
//! The journal is the truth, and a store can be made again from it at any time. So a backup saves time and nothing else:
//! what is not in it is replayed.

mod arguments;
#[cfg(feature = "s3")]
mod bucket;
mod checksum;
mod create;
mod folder;
mod list;
mod manifest;
mod repository;
mod restore;
mod shelf;
mod target;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use arguments::Backup;

use arguments::Action;

use crate::Verdict;

pub(crate) fn backup(arguments: &Backup) -> anyhow::Result<Verdict> {
    match &arguments.action {
        Action::Create(create) => create::create(create),
        Action::List(list) => list::list(list),
        Action::Verify(verify) => verify::verify(verify),
        Action::Restore(restore) => restore::restore(restore),
    }
}
