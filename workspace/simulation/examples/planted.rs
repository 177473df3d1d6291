//! Plants each known bug into a copy of the sources and looks whether the simulation finds it: `planted [NAME…]`.
//!
//! A bug is a small patch in `tests/planted`, switched on by its name in the environment. As many as do not touch the same
//! lines are compiled together. A bug that is not found ends this with 1; so does a copy without a bug in which something
//! is found. What found them goes to the table `tests/planted/FOUND.tsv`, which docs/simulation.md shows.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use palinode_simulation::report::{NOTHING, Planted};

/// The variable that names the bug that is switched on.
const SWITCH: &str = "PALINODE_PLANTED";
/// Worlds within which a bug has to be found: what `make test` runs.
const SEEDS: u64 = 5_000;
/// The longest look for one bug: far above what all worlds take.
const LOOK_MAX: Duration = Duration::from_secs(600);
/// How often is looked whether a look is over.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Worlds in which the copy without a bug has to be right.
const CONTROL_SEEDS: u64 = 300;
/// Crates with bugs in them; each gets the switch.
const PATCHED: [&str; 2] = ["core", "broker"];
/// What is not copied.
const LEFT_OUT: [&str; 4] = ["target", ".git", ".palinode", "docs"];

const THE_SWITCH: &str = r#"
/// Whether the bug called `name` is switched on.
#[must_use]
pub fn planted(name: &str) -> bool {
    static BUG: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    BUG.get_or_init(|| std::env::var("PALINODE_PLANTED").ok()).as_deref() == Some(name)
}
"#;

/// A bug.
struct Bug {
    name: String,
    /// What is wrong, as the patch says it.
    what: String,
    patch: PathBuf,
}

/// By which checks a bug was found, and in which world.
struct Found {
    by: String,
    world: String,
}

impl Found {
    fn without_a_check(by: &str) -> Self {
        Self {
            by: by.to_owned(),
            world: "an unknown world".to_owned(),
        }
    }
}

fn main() -> io::Result<ExitCode> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..").canonicalize()?;
    let folder = here.join("tests/planted");
    let bugs = bugs(&folder, &wanted)?;
    let tree = root.join("target/planted");
    let mut left: Vec<&Bug> = bugs.iter().collect();
    let mut results: BTreeMap<&str, Option<Found>> = BTreeMap::new();
    while !left.is_empty() {
        copy_anew(&root, &tree)?;
        let (planted, later): (Vec<&Bug>, Vec<&Bug>) = left.into_iter().partition(|bug| applies(bug, &tree));
        if planted.is_empty() {
            let names: Vec<&str> = later.iter().map(|bug| &*bug.name).collect();
            eprintln!("these patches do not apply any more: {}", names.join(", "));
            return Ok(ExitCode::FAILURE);
        }
        eprintln!("compiling a copy with {} bugs", planted.len());
        let find = compile(&tree)?;
        if let Some(found) = look(&find, None, CONTROL_SEEDS)? {
            eprintln!("without a bug something is wrong: {} in {}", found.by, found.world);
            return Ok(ExitCode::FAILURE);
        }
        for bug in planted {
            let found = look(&find, Some(&bug.name), SEEDS)?;
            let told = found.as_ref().map(|Found { by, world }| format!("{by}, in {world}"));
            eprintln!("{}: {}", bug.name, told.unwrap_or_else(|| "NOT FOUND".to_owned()));
            results.insert(&bug.name, found);
        }
        left = later;
    }
    let file = folder.join("FOUND.tsv");
    let before = fs::read_to_string(&file).unwrap_or_default();
    fs::write(&file, table(&self::bugs(&folder, &[])?, &before, &results))?;
    let all_found = results.values().all(Option::is_some);
    Ok(if all_found {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The bugs of a folder; those with these names, if there are names.
fn bugs(folder: &Path, wanted: &[String]) -> io::Result<Vec<Bug>> {
    let mut bugs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let patch = entry?.path();
        let name = patch
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let is_patch = patch.extension().is_some_and(|extension| extension == "patch");
        if is_patch && (wanted.is_empty() || wanted.contains(&name)) {
            let text = fs::read_to_string(&patch)?;
            let what = text.lines().next().unwrap_or_default().to_owned();
            bugs.push(Bug { name, what, patch });
        }
    }
    bugs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(bugs)
}

/// Makes the copy as the sources are. What is as it was is left alone, so that it need not be compiled again.
fn copy_anew(root: &Path, tree: &Path) -> io::Result<()> {
    fs::create_dir_all(tree)?;
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            copy(&entry.path(), &tree.join(entry.file_name()))?;
        }
    }
    for patched in PATCHED {
        let file = tree.join(format!("workspace/{patched}/src/lib.rs"));
        let text = fs::read_to_string(&file)? + THE_SWITCH;
        fs::write(&file, text)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        let new = fs::read(from)?;
        if fs::read(to).ok().as_ref() != Some(&new) {
            fs::write(to, new)?;
        }
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Applies the patch to the copy, if none before it touched its lines.
fn applies(bug: &Bug, tree: &Path) -> bool {
    let mut git = Command::new("git");
    // The copy stands within a repository and is none of its own.
    git.env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap_or(tree));
    git.current_dir(tree).arg("apply").arg(&bug.patch).stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}

/// Compiles the copy; gives the program that looks for a wrong world.
fn compile(tree: &Path) -> io::Result<PathBuf> {
    let target = tree.parent().unwrap_or(tree);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(tree)
        .args(["build", "-q", "-p", "palinode-simulation", "--example", "find"]);
    let status = cargo.env("CARGO_TARGET_DIR", target).status()?;
    if !status.success() {
        return Err(io::Error::other("the copy does not compile: which patch is wrong?"));
    }
    // The next copy writes over it.
    let kept = target.join("planted-find");
    fs::copy(target.join("debug/examples/find"), &kept)?;
    Ok(kept)
}

/// Looks for a wrong world with the bug switched on. A bug that hangs or ends the process is found as well.
fn look(find: &Path, bug: Option<&str>, seeds: u64) -> io::Result<Option<Found>> {
    let began = Instant::now();
    let mut command = Command::new(find);
    command
        .args(["0", &seeds.to_string()])
        .env_remove(SWITCH)
        .stderr(Stdio::null());
    if let Some(bug) = bug {
        command.env(SWITCH, bug);
    }
    let mut looking = command.stdout(Stdio::piped()).spawn()?;
    let status = loop {
        match looking.try_wait()? {
            Some(status) => break Some(status),
            None if began.elapsed() >= LOOK_MAX => break None,
            None => thread::sleep(LOOK_AGAIN),
        }
    };
    let Some(status) = status else {
        looking.kill()?;
        looking.wait()?;
        return Ok(Some(Found::without_a_check("it does not come to an end")));
    };
    if status.success() {
        return Ok(None);
    }
    let mut told = String::new();
    if let Some(mut output) = looking.stdout.take() {
        output.read_to_string(&mut told)?;
    }
    Ok(Some(match told.trim().split_once(" | ") {
        Some((by, world)) => Found {
            by: by.to_owned(),
            world: world.to_owned(),
        },
        None => Found::without_a_check("the process ended"),
    }))
}

/// The table of all bugs. Those that were not looked for stand as they stood before.
fn table(bugs: &[Bug], before: &str, results: &BTreeMap<&str, Option<Found>>) -> String {
    let before: Vec<Planted> = before.lines().filter_map(Planted::read).collect();
    let line = |bug: &Bug| {
        let (by, world) = match results.get(&*bug.name) {
            Some(Some(found)) => (&*found.by, &*found.world),
            Some(None) => (NOTHING, ""),
            None => match before.iter().find(|before| before.name == bug.name) {
                Some(before) => (&*before.by, &*before.world),
                None => (NOTHING, ""),
            },
        };
        let planted = Planted {
            name: bug.name.clone(),
            what: bug.what.clone(),
            by: by.to_owned(),
            world: world.to_owned(),
        };
        planted.line() + "\n"
    };
    bugs.iter().map(line).collect()
}
