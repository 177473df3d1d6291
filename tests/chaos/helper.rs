//! The registry and the embedded broker as processes of their own, so that they can be killed: this program in another
//! role.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::Context;
use palinode_sandbox::{
    broker::{self, Server, Sync},
    ports,
    process::Process,
    registry::{self, Registry},
};

/// The first argument of a helper.
pub(crate) const SERVE: &str = "--serve";
/// Both are ready in a moment; a busy machine gets time.
const READY_AT_MOST: Duration = Duration::from_secs(30);

/// What a helper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Registry,
    Broker,
}

/// A helper: a process that comes back on its port, with its data.
pub(crate) struct Helper {
    role: Role,
    name: String,
    port: u16,
    data: PathBuf,
    log: PathBuf,
    process: Process,
}

impl Helper {
    /// Starts a helper that keeps its data and its log in `folder`, and waits until it listens.
    pub(crate) fn start(role: Role, name: impl Into<String>, folder: &Path) -> anyhow::Result<Self> {
        let name = name.into();
        let (port, data, log) = (ports::free()?, folder.join(&name), folder.join(format!("{name}.log")));
        let process = spawn(role, &name, port, &data, &log)?;
        let mut helper = Self {
            role,
            name,
            port,
            data,
            log,
            process,
        };
        helper.await_ready()?;
        Ok(helper)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Starts it again after its end.
    pub(crate) fn launch(&mut self) -> anyhow::Result<()> {
        self.process = spawn(self.role, &self.name, self.port, &self.data, &self.log)?;
        Ok(())
    }

    pub(crate) fn await_ready(&mut self) -> anyhow::Result<()> {
        let port = self.port;
        Ok(self.process.wait_until("did not listen", READY_AT_MOST, |_| {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })?)
    }
}

fn spawn(role: Role, name: &str, port: u16, data: &Path, log: &Path) -> anyhow::Result<Process> {
    // This program, also when another one has been built in its place.
    let mut command = Command::new("/proc/self/exe");
    let role = match role {
        Role::Registry => "registry",
        Role::Broker => "broker",
    };
    command.args([SERVE, role]).arg(port.to_string()).arg(data);
    Ok(Process::spawn(name, command, log)?)
}

/// What a helper does until it is killed: the arguments after [`SERVE`].
pub(crate) fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let [role, port, data] = arguments else {
        anyhow::bail!("a helper has a role, a port and a place for its data");
    };
    let (port, data) = (port.parse().context("a port")?, Path::new(data));
    let _serves: Box<dyn std::any::Any> = match role.as_str() {
        "registry" => Box::new(Registry::start(registry::Settings {
            port: Some(port),
            file: Some(data.to_owned()),
        })?),
        _ => Box::new(Server::start(broker::Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            ..broker::Settings::kept_in(data, Sync::Never)?
        })?),
    };
    loop {
        thread::park();
    }
}
