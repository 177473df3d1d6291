//! `palinode backup`: copies of tasks' stores in a folder or an object store.
//!
//! The journal is the truth, and a store can be made again from it at any time. So a backup saves time and nothing else:
//! what is not in it is replayed.

mod arguments;
mod create;
mod list;
mod manifest;
mod repository;
mod restore;
mod target;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use arguments::Backup;

use arguments::Action;
use tokio::runtime::Builder;

use crate::Verdict;

pub(crate) fn backup(arguments: &Backup) -> anyhow::Result<Verdict> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        match &arguments.action {
            Action::Create(create) => create::create(create).await,
            Action::List(list) => list::list(list).await,
            Action::Verify(verify) => verify::verify(verify).await,
            Action::Restore(restore) => restore::restore(restore).await,
        }
    })
}
