//! The arguments of `palinode backup`.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Subcommand};
use palinode_store::rocks::Place;

/// Arguments of `palinode backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// What to do.
    #[command(subcommand)]
    pub(super) action: Action,
}

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Back up the stores of a node's tasks, also while the node runs. Files that are there already are not sent again.
    Create(Create),
    /// List the backups.
    List(List),
    /// Read backups whole: every file has its checksum, opens, and holds what it should. Exit code 1 when one does not.
    Verify(Verify),
    /// Put a backup into a data folder. Stores that are there are never overwritten.
    Restore(Restore),
}

/// Which tasks.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Selection {
    /// Of this application only.
    #[arg(long)]
    pub(super) application: Option<String>,
    /// Of this member (node) only.
    #[arg(long)]
    pub(super) member: Option<String>,
    /// This task only. Repeat for more.
    #[arg(long = "task", value_name = "TASK")]
    pub(super) tasks: Vec<i32>,
}

impl Selection {
    /// Whether the task at `place` is meant.
    pub(super) fn means(&self, place: &Place) -> bool {
        // As the folders of the names that were given are named.
        let application = self.application.as_deref().unwrap_or_default();
        let member = self.member.as_deref().unwrap_or_default();
        let named = Place::new(&place.data, application, member, place.task);
        (self.application.is_none() || place.application == named.application)
            && (self.member.is_none() || place.member == named.member)
            && (self.tasks.is_empty() || self.tasks.contains(&place.task))
    }
}

/// Arguments of `palinode backup create`.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// The node's data folder.
    #[arg(long)]
    pub(super) data: PathBuf,
    /// Where the backups are kept: a folder, or s3://bucket/folder (where palinode was built with it; see docs/store.md).
    #[arg(long, value_name = "URL")]
    pub(super) to: String,
    /// Which tasks.
    #[command(flatten)]
    pub(super) selection: Selection,
    /// How many backups of each task are kept.
    #[arg(long, default_value = "7")]
    pub(super) keep: NonZeroUsize,
}

/// Arguments of `palinode backup list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Where the backups are kept.
    #[arg(long, value_name = "URL")]
    pub(super) from: String,
    /// Which tasks.
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `palinode backup verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Where the backups are kept.
    #[arg(long, value_name = "URL")]
    pub(super) from: String,
    /// Which tasks.
    #[command(flatten)]
    pub(super) selection: Selection,
    /// The backup, as the list names it; otherwise the newest of each task.
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub(super) backup: Option<String>,
    /// All backups.
    #[arg(long)]
    pub(super) all: bool,
}

/// Arguments of `palinode backup restore`.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Where the backups are kept.
    #[arg(long, value_name = "URL")]
    pub(super) from: String,
    /// The data folder of the node that is to have the stores. It must not run them at the time.
    #[arg(long)]
    pub(super) data: PathBuf,
    /// Which tasks.
    #[command(flatten)]
    pub(super) selection: Selection,
    /// The backup, as the list names it; otherwise the newest of each task.
    #[arg(long, value_name = "ID")]
    pub(super) backup: Option<String>,
    /// The member that is to have the stores, when it is another one than they were taken from.
    #[arg(long, value_name = "MEMBER")]
    pub(super) into_member: Option<String>,
}
