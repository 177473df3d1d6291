//! The node: started, stopped, killed, paused and started again.

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::Settings;
use super::files::{Folder, Ports, cluster_id};
use super::java::Installation;
use crate::process::Process;
use crate::{Error, Result, ports};

/// A start takes two seconds; a machine that is busy with other things gets time.
const START_AT_MOST: Duration = Duration::from_secs(90);

/// An orderly end takes a second.
const STOP_AT_MOST: Duration = Duration::from_secs(30);

/// How often another free port is tried when somebody takes the chosen one first.
const PORT_CHOICES: usize = 3;

/// What the node logs once it serves clients.
const READY: &str = "Kafka Server started";

/// What the node logs when somebody else has its port.
const PORT_TAKEN: &str = "Address already in use";

/// A running Kafka node. Dropping it kills it at once and removes its folder, if that was a temporary one.
#[derive(Debug)]
pub struct Kafka {
    // Dropped in this order: the folder goes after the process that writes to it.
    process: Process,
    installation: Installation,
    folder: Folder,
    ports: Ports,
    settings: Settings,
}

impl Kafka {
    /// Starts a node and waits until it serves clients.
    ///
    /// # Errors
    /// When Kafka or Java is missing, the port is taken, or the node ends or is not ready in time: its log, which
    /// the error names, stays where it is.
    pub fn start(settings: Settings) -> Result<Kafka> {
        let installation = Installation::find()?;
        let mut folder = Folder::new(settings.data_dir.clone())?;
        match begin(&installation, &folder, &settings) {
            Ok((process, ports)) => Ok(Kafka {
                process,
                installation,
                folder,
                ports,
                settings,
            }),
            Err(error) => {
                if error.names_a_log() {
                    folder.keep();
                }
                Err(error)
            }
        }
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.ports.clients)
    }

    /// The id of the node's process, or of its last one while it is stopped.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The node's log: warnings, errors and its starts.
    pub fn log_path(&self) -> &Path {
        self.process.log_path()
    }

    /// Whether the node's process has not ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn is_running(&mut self) -> Result<bool> {
        self.process.is_running()
    }

    /// Asks the node to end in order, and does not wait for it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn terminate(&mut self) -> Result<()> {
        self.process.terminate()
    }

    /// Ends the node in order: clients are told, everything is written.
    ///
    /// # Errors
    /// When it had to be killed because it took too long.
    pub fn stop(&mut self) -> Result<()> {
        self.process.stop(STOP_AT_MOST).map(|_| ())
    }

    /// Kills the node without any warning. Its data stays for [`Kafka::restart`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill9(&mut self) -> Result<()> {
        self.process.kill9()
    }

    /// Starts a stopped or killed node again, with its data and on its port, and waits until it serves clients: two
    /// seconds after a stop, eight after a kill. A running one is stopped before.
    ///
    /// # Errors
    /// As [`Kafka::start`].
    pub fn restart(&mut self) -> Result<()> {
        if self.process.is_running()? {
            self.stop()?;
        }
        self.begin_again()?;
        self.await_ready()
    }

    /// Starts a node again that has ended, as [`Kafka::restart`] does, and does not wait for it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin_again(&mut self) -> Result<()> {
        self.process = launch(&self.installation, &self.folder, self.ports, &self.settings)?;
        Ok(())
    }

    /// Waits until the node serves clients.
    ///
    /// # Errors
    /// When it ends or is not ready in time.
    pub fn await_ready(&mut self) -> Result<()> {
        await_ready(&mut self.process, self.ports)
    }

    /// Lets the node hang (SIGSTOP) until [`Kafka::resume`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pause(&mut self) -> Result<()> {
        self.process.pause()
    }

    /// Lets a paused node go on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn resume(&mut self) -> Result<()> {
        self.process.resume()
    }
}

fn begin(installation: &Installation, folder: &Folder, settings: &Settings) -> Result<(Process, Ports)> {
    let mut choices = PORT_CHOICES;
    loop {
        choices -= 1;
        let ports = choose_ports(settings.port)?;
        let ready = launch(installation, folder, ports, settings).and_then(|mut process| {
            await_ready(&mut process, ports)?;
            Ok(process)
        });
        match ready {
            Err(error) if choices > 0 && settings.port.is_none() && lost_its_port(&error) => continue,
            launched => return launched.map(|process| (process, ports)),
        }
    }
}

fn choose_ports(wanted: Option<u16>) -> Result<Ports> {
    let clients = match wanted {
        Some(port) if !ports::is_free(port) => return Err(Error::PortTaken { port }),
        Some(port) => port,
        None => ports::free()?,
    };
    Ok(Ports {
        clients,
        controller: ports::free()?,
    })
}

/// Somebody took the port between its choice and its use.
fn lost_its_port(error: &Error) -> bool {
    matches!(error, Error::Ended { lines, .. } if lines.contains(PORT_TAKEN))
}

fn launch(installation: &Installation, folder: &Folder, ports: Ports, settings: &Settings) -> Result<Process> {
    folder.write_settings(ports, &settings.properties)?;
    if !folder.is_formatted() {
        format(installation, folder, settings)?;
    }
    let mut command = installation.command(settings.heap_mib, &settings.java_options, &folder.log_settings());
    command.arg("kafka.Kafka").arg(folder.node_properties());
    Process::spawn("Kafka", command, folder.log())
}

fn await_ready(process: &mut Process, ports: Ports) -> Result<()> {
    process.wait_until("was not ready", START_AT_MOST, |process| {
        process.output().contains(READY) && TcpStream::connect((Ipv4Addr::LOCALHOST, ports.clients)).is_ok()
    })
}

/// Lays out the data folder of a new cluster.
fn format(installation: &Installation, folder: &Folder, settings: &Settings) -> Result<()> {
    let mut command = installation.command(settings.heap_mib, &settings.java_options, &folder.log_settings());
    let cluster_id = settings.cluster_id.clone().unwrap_or_else(cluster_id);
    command
        .args(["kafka.tools.StorageTool", "format", "-t", &cluster_id, "-c"])
        .arg(folder.node_properties());
    let mut process = Process::spawn("Kafka's storage tool", command, folder.log())?;
    let status = process.wait(START_AT_MOST)?;
    if status.success() {
        Ok(())
    } else {
        Err(process.ended(status))
    }
}
