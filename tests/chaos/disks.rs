//! Disks that can be full: a file system in memory for each node of the orchestrator. Only root may mount one; it stands
//! in a mount namespace of this program's own, and so is gone with it.

use std::{
    env, fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Set for the program inside of a namespace of its own.
const INSIDE: &str = "PALINODE_CHAOS_INSIDE";
/// More than a node writes in a long run.
const SIZE_MIB: u64 = 2048;
/// Between the look at what is used and the change of the size, more may be used.
const ATTEMPTS: usize = 20;

/// The disks.
pub(crate) struct Disks {
    mounted: bool,
}

/// Goes on in a mount namespace of its own, when that is allowed; returns when it is not, or when it is in one.
pub(crate) fn enter_namespace() {
    let allowed = || {
        let tried = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "true"])
            .output();
        tried.is_ok_and(|output| output.status.success())
    };
    if env::var_os(INSIDE).is_some() || !allowed() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let error = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(program)
        .args(env::args_os().skip(1))
        .env(INSIDE, "1")
        .exec();
    eprintln!("disks cannot be filled: {error}");
}

impl Disks {
    /// Puts a disk at each of the folders, if that is possible here.
    pub(crate) fn mount(folders: &[PathBuf]) -> Self {
        let mounted = env::var_os(INSIDE).is_some() && folders.iter().all(|folder| mount(folder).is_ok());
        Self { mounted }
    }

    /// Whether disks can be filled.
    pub(crate) fn can_be_filled(&self) -> bool {
        self.mounted
    }
}

/// Leaves no byte free on the disk of a folder.
pub(crate) fn fill(folder: &Path) -> anyhow::Result<()> {
    let mut last = Ok(());
    for _ in 0..ATTEMPTS {
        last = used(folder).and_then(|used| resize(folder, &format!("{used}")));
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Gives the disk of a folder its size back.
pub(crate) fn free(folder: &Path) -> anyhow::Result<()> {
    resize(folder, &format!("{SIZE_MIB}m"))
}

/// Empties the folder of a node.
pub(crate) fn wipe(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        }
        .with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(())
}

fn mount(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut command = Command::new("mount");
    command
        .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m"), "palinode"])
        .arg(folder);
    run(command)
}

fn resize(folder: &Path, size: &str) -> anyhow::Result<()> {
    let mut command = Command::new("mount");
    command.args(["-o", &format!("remount,size={size}")]).arg(folder);
    run(command)
}

/// Bytes that are used on the disk of a folder.
fn used(folder: &Path) -> anyhow::Result<u64> {
    let output = Command::new("df")
        .args(["--block-size=1", "--output=used"])
        .arg(folder)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = text.lines().last().unwrap_or_default().trim();
    // A size of zero would be no limit.
    Ok(last
        .parse::<u64>()
        .with_context(|| format!("df says {text}"))?
        .max(4096))
}

fn run(mut command: Command) -> anyhow::Result<()> {
    let output = command.output()?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
