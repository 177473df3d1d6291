//! The shop itself: processes that are started, killed and started again.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Component, Settings};
use crate::{Error, Result, http, ports, process::Process};

/// Creating some two hundred partitions on a busy machine.
const TOPICS_AT_MOST: Duration = Duration::from_secs(60);
/// A start takes about a second; take-overs of all tasks are in it.
const READY_AT_MOST: Duration = Duration::from_secs(60);
/// An orderly end takes less than a second; beside other nodes two, because the group hears of it.
const STOP_AT_MOST: Duration = Duration::from_secs(20);
/// How often a process is asked whether it is ready.
const LOOK: Duration = Duration::from_millis(20);

/// The processes of a shop. Dropping it kills them.
#[derive(Debug)]
pub struct Shop {
    settings: Settings,
    ports: BTreeMap<Component, u16>,
    processes: BTreeMap<Component, Process>,
}

impl Shop {
    /// Creates the topics, starts every process, and waits until all are ready.
    ///
    /// # Errors
    /// When a process ends or is not ready in time; the error names its log.
    pub fn start(settings: Settings) -> Result<Self> {
        let mut shop = Self::prepare(settings)?;
        for component in shop.components() {
            shop.launch(component)?;
        }
        for component in shop.components() {
            shop.await_ready(component)?;
        }
        Ok(shop)
    }

    /// Creates the topics and chooses the ports; nothing runs yet.
    ///
    /// # Errors
    /// When the topics cannot be created.
    pub fn prepare(settings: Settings) -> Result<Self> {
        fs::create_dir_all(&settings.folder).map_err(Error::io("make the shop's folder"))?;
        let mut shop = Self {
            settings,
            ports: BTreeMap::new(),
            processes: BTreeMap::new(),
        };
        for component in shop.components() {
            shop.ports.insert(component, ports::free()?);
        }
        shop.create_topics()?;
        Ok(shop)
    }

    /// The processes that the shop consists of.
    pub fn components(&self) -> Vec<Component> {
        let nodes = (0..self.settings.nodes).map(Component::Orchestrator);
        nodes.chain(self.settings.services.iter().copied()).collect()
    }

    /// How it was wanted.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where a process serves HTTP.
    pub fn url(&self, component: Component) -> String {
        format!(
            "http://127.0.0.1:{}",
            self.ports.get(&component).copied().unwrap_or_default()
        )
    }

    /// The id of a running process.
    pub fn pid(&self, component: Component) -> Option<u32> {
        self.processes.get(&component).map(Process::pid)
    }

    /// The folder of a process: its data.
    pub fn folder(&self, component: Component) -> PathBuf {
        self.settings.folder.join(component.name())
    }

    /// The log of a process.
    pub fn log(&self, component: Component) -> PathBuf {
        self.settings.folder.join(format!("{component}.log"))
    }

    /// Kills a process without any warning. Its data stays.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill9(&mut self, component: Component) -> Result<()> {
        self.processes
            .remove(&component)
            .map_or(Ok(()), |mut process| process.kill9())
    }

    /// Ends a process in order.
    ///
    /// # Errors
    /// When it had to be killed.
    pub fn stop(&mut self, component: Component) -> Result<()> {
        match self.processes.remove(&component) {
            Some(mut process) => process.stop(STOP_AT_MOST).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Asks a process to end in order, and does not wait for it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn terminate(&mut self, component: Component) -> Result<()> {
        self.processes.get_mut(&component).map_or(Ok(()), Process::terminate)
    }

    /// How a process has ended, if it was started and has ended, by itself or because it was asked to.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn exit(&mut self, component: Component) -> Result<Option<ExitStatus>> {
        self.processes.get_mut(&component).map_or(Ok(None), Process::exit)
    }

    /// Lets a process hang until [`Shop::resume`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pause(&mut self, component: Component) -> Result<()> {
        self.processes.get_mut(&component).map_or(Ok(()), Process::pause)
    }

    /// Lets a paused process go on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn resume(&mut self, component: Component) -> Result<()> {
        self.processes.get_mut(&component).map_or(Ok(()), Process::resume)
    }

    /// Starts a process that was killed or stopped, and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready in time; the error names its log.
    pub fn restart(&mut self, component: Component) -> Result<()> {
        self.launch(component)?;
        self.await_ready(component)
    }

    /// Starts a process; [`Shop::await_ready`] waits for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch(&mut self, component: Component) -> Result<()> {
        let command = match component {
            Component::Orchestrator(_) => self.orchestrator(component)?,
            _ => self.service(component)?,
        };
        let process = Process::spawn(component.name(), command, self.log(component))?;
        self.processes.insert(component, process);
        Ok(())
    }

    /// Waits until a process says that it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready in time; the error names its log.
    pub fn await_ready(&mut self, component: Component) -> Result<()> {
        let url = format!("{}/readyz", self.url(component));
        let tasks = format!("{}/tasks", self.url(component));
        let deadline = Instant::now() + READY_AT_MOST;
        let alone = self.settings.nodes == 1;
        let Some(process) = self.processes.get_mut(&component) else {
            return Ok(());
        };
        loop {
            if let Some(status) = process.exit()? {
                return Err(process.ended(status));
            }
            let works = match component {
                // A node that stands by is ready as well; one that is alone is to run every task.
                Component::Orchestrator(_) if alone => {
                    let runs = |text: &str| !text.is_empty() && !text.contains("idle") && !text.contains("standby");
                    http::get(&tasks).is_ok_and(|text| runs(&text)) && http::get(&url).is_ok()
                }
                _ => http::get(&url).is_ok(),
            };
            if works {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(process.late("was not ready", READY_AT_MOST));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn create_topics(&self) -> Result<()> {
        let settings = &self.settings;
        let mut command = Command::new(&settings.program);
        command
            .args(["topics", "create", "--replication", &settings.replication.to_string()])
            .args(["--bootstrap-servers", &settings.bootstrap_servers])
            .args(["--topic-prefix", &settings.topic_prefix])
            .args(["--partitions", &settings.partitions.to_string()])
            .arg("--catalog")
            .arg(settings.repository.join("schemas/catalog.yaml"));
        let mut process = Process::spawn("topics", command, settings.folder.join("topics.log"))?;
        let status = process.wait(TOPICS_AT_MOST)?;
        if status.success() {
            Ok(())
        } else {
            Err(process.ended(status))
        }
    }

    fn orchestrator(&self, component: Component) -> Result<Command> {
        let settings = &self.settings;
        let sagas = settings
            .definitions
            .clone()
            .unwrap_or_else(|| settings.repository.join("sagas"));
        let pairs = [
            ("application", "palinode".to_owned()),
            ("member", component.name()),
            ("topic_prefix", settings.topic_prefix.clone()),
            ("partitions", settings.partitions.to_string()),
            ("definitions", sagas.display().to_string()),
            ("schemas", settings.repository.join("schemas").display().to_string()),
            ("data_dir", self.folder(component).display().to_string()),
            ("kafka.bootstrap_servers", settings.bootstrap_of(component).to_owned()),
            ("registry.url", settings.registry.clone()),
            ("http.listen", self.listen(component)),
            ("log.filter", settings.log.clone()),
        ];
        let mut command = Command::new(&settings.program);
        command.arg("run");
        for (name, value) in pairs {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        for (name, value) in &settings.orchestrator {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        if !settings.kafka_properties.is_empty() {
            // Their names contain dots, so that only a file can hold them. YAML reads JSON.
            let file = settings.folder.join("kafka.yaml");
            let text = json!({ "kafka": { "properties": settings.kafka_properties } }).to_string();
            fs::write(&file, text).map_err(Error::io("write the orchestrator's settings"))?;
            command.arg("--config").arg(file);
        }
        Ok(command)
    }

    fn service(&self, component: Component) -> Result<Command> {
        let folder = self.folder(component);
        fs::create_dir_all(&folder).map_err(Error::io("make a service's folder"))?;
        let file = folder.join("settings.json");
        let text = self.settings.service(component, &self.listen(component)).to_string();
        fs::write(&file, text).map_err(Error::io("write a service's settings"))?;
        let mut command = Command::new(&self.settings.program);
        command
            .args([
                "service",
                &component.name(),
                "--registry",
                &self.settings.registry,
                "--log",
                &self.settings.log,
            ])
            .arg("--settings")
            .arg(file);
        Ok(command)
    }

    fn listen(&self, component: Component) -> String {
        format!("127.0.0.1:{}", self.ports.get(&component).copied().unwrap_or_default())
    }
}
