//! A child process that does not outlive whoever started it.
//!
//! The child stands in a process group whose leader is a guard: a shell that waits for the end of a pipe. When this
//! process ends, in whatever way and even by `kill -9`, the kernel closes the pipe and the guard kills the group. The
//! kernel's own signal for this (`PR_SET_PDEATHSIG`) is tied to the thread that started the child, which may end
//! earlier. The guard comes first, so there is no moment at which the child stands alone.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, Result, signal, tail};

/// How often a process is looked at while waiting for it.
const LOOK: Duration = Duration::from_millis(10);

/// Ignores what a terminal or a supervisor sends to the group, so that it is there when it is needed.
const GUARD: &str = "trap '' HUP INT QUIT TERM; read -r _; kill -9 0";

/// A running child process, killed with its whole group when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    log_start: u64,
    child: Child,
    guard: Guard,
}

impl Process {
    /// Starts a command under the given name. Its output is appended to the log file.
    ///
    /// # Errors
    /// When the program is missing, the log cannot be written, or the system refuses.
    pub fn spawn(name: impl Into<String>, mut command: Command, log: impl Into<PathBuf>) -> Result<Process> {
        let (name, log) = (name.into(), log.into());
        let output = open_log(&log)?;
        let log_start = output
            .metadata()
            .map_err(Error::io(format!("read {}", log.display())))?
            .len();
        let errors = output
            .try_clone()
            .map_err(Error::io(format!("open {}", log.display())))?;
        let guard = Guard::spawn()?;
        command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(guard.group() as i32);
        let child = command.spawn().map_err(|source| match source.kind() {
            ErrorKind::NotFound => Error::ProgramMissing {
                program: command.get_program().to_string_lossy().into_owned(),
            },
            _ => Error::Io {
                action: format!("start {name}"),
                source,
            },
        })?;
        Ok(Process {
            name,
            log,
            log_start,
            child,
            guard,
        })
    }

    /// The process's id. It stays the same after the process has ended.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The file with the process's output.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// What the process has written so far.
    pub fn output(&self) -> String {
        tail::text_from(&self.log, self.log_start)
    }

    /// Whether the process has not ended yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.exit()?.is_none())
    }

    /// How the process ended, if it has.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn exit(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .map_err(Error::io(format!("look at {}", self.name)))
    }

    /// Waits for the process to end by itself.
    ///
    /// # Errors
    /// [`Error::Late`] when it still runs after that time.
    pub fn wait(&mut self, at_most: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(status) = self.exit()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err(self.late("did not end", at_most));
            }
            thread::sleep(LOOK);
        }
    }

    /// Waits until the condition holds, as long as the process runs.
    ///
    /// # Errors
    /// [`Error::Ended`] when the process ends before, [`Error::Late`] after that time.
    pub fn wait_until(
        &mut self,
        what_not: &'static str,
        at_most: Duration,
        mut condition: impl FnMut(&Process) -> bool,
    ) -> Result<()> {
        let deadline = Instant::now() + at_most;
        while !condition(self) {
            if let Some(status) = self.exit()? {
                return Err(self.ended(status));
            }
            if Instant::now() >= deadline {
                return Err(self.late(what_not, at_most));
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Asks the process to end (SIGTERM), and does not wait for it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn terminate(&mut self) -> Result<()> {
        self.send(libc::SIGTERM)
    }

    /// Asks the process to end (SIGTERM) and waits for it; after that time it is killed.
    ///
    /// # Errors
    /// [`Error::Late`] when it had to be killed.
    pub fn stop(&mut self, at_most: Duration) -> Result<ExitStatus> {
        self.terminate()?;
        let ended = self.wait(at_most);
        self.kill9()?;
        ended
    }

    /// Kills the process and everything in its group at once (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill9(&mut self) -> Result<()> {
        self.guard.kill_group();
        // In case somebody else has ended the guard; of a process that has ended this is nothing.
        let _ = self.child.kill();
        self.child
            .wait()
            .map_err(Error::io(format!("wait for the end of {}", self.name)))?;
        Ok(())
    }

    /// Stops the process's clock (SIGSTOP): it does nothing until [`Process::resume`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pause(&mut self) -> Result<()> {
        self.send(libc::SIGSTOP)
    }

    /// Lets a paused process go on (SIGCONT).
    ///
    /// # Errors
    /// When the system refuses.
    pub fn resume(&mut self) -> Result<()> {
        self.send(libc::SIGCONT)
    }

    /// A process that has ended and was waited for gets no signal: its id may belong to another.
    fn send(&mut self, signal: libc::c_int) -> Result<()> {
        if !self.is_running()? {
            return Ok(());
        }
        signal::to_process(self.pid(), signal).map_err(Error::io(format!("send a signal to {}", self.name)))
    }

    pub(crate) fn ended(&self, status: ExitStatus) -> Error {
        let lines = tail::last_lines(&self.log);
        Error::Ended {
            name: self.name.clone(),
            status: status.to_string(),
            log: self.log.clone(),
            lines,
        }
    }

    pub(crate) fn late(&self, what: &'static str, after: Duration) -> Error {
        let lines = tail::last_lines(&self.log);
        Error::Late {
            name: self.name.clone(),
            what,
            seconds: after.as_secs(),
            log: self.log.clone(),
            lines,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and nobody can be told.
        let _ = self.kill9();
    }
}

fn open_log(log: &Path) -> Result<File> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(Error::io(format!("open {}", log.display())))
}

/// The leader of the child's process group.
#[derive(Debug)]
struct Guard {
    shell: Child,
    /// Held open for as long as this process lives.
    _pipe: Option<ChildStdin>,
}

impl Guard {
    fn spawn() -> Result<Guard> {
        let mut shell = Command::new("sh")
            .args(["-c", GUARD])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Error::io("start a shell"))?;
        let pipe = shell.stdin.take();
        Ok(Guard { shell, _pipe: pipe })
    }

    fn group(&self) -> u32 {
        self.shell.id()
    }

    /// Until the shell was waited for, its id, which is the group's, belongs to nobody else.
    fn kill_group(&mut self) {
        if let Ok(None) = self.shell.try_wait() {
            let _ = signal::to_group(self.group(), libc::SIGKILL);
            let _ = self.shell.wait();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.kill_group();
    }
}
