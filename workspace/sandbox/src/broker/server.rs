//! The embedded broker as a server with threads of its own.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use palinode_broker::Broker;
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::{Builder, Runtime},
    sync::watch,
    task::JoinHandle,
};

use super::{
    Clock, Disk, Settings,
    disk::Identity,
    files,
    limits::{BACKLOG, FILES_KEPT, STOP_TIME_MAX},
    listener,
    shared::Shared,
    timer,
};
use crate::{Error, Result};

/// The least room for connections, however few files the process may have open.
const CONNECTIONS_MIN: usize = 100;

/// A running broker; it stops when this is dropped.
pub struct Server {
    address: SocketAddr,
    clock: Clock,
    identity: Identity,
    shared: Arc<Shared>,
    stop: watch::Sender<()>,
    listener: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts a broker. It takes connections when this returns.
    ///
    /// # Errors
    /// The port is taken, what the storage kept cannot be read, or the system has no more threads.
    pub fn start(settings: Settings) -> Result<Server> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(settings.threads.max(1))
            .thread_name("broker")
            .enable_all()
            .build()
            .map_err(Error::io("start the broker's threads"))?;
        let listener = {
            let _within = runtime.enter();
            listen(settings.listen).map_err(Error::io(format!("listen on {}", settings.listen)))?
        };
        let address = listener.local_addr().map_err(Error::io("read the broker's address"))?;
        let mut told = settings.broker;
        if told.port == 0 {
            told.port = i32::from(address.port());
        }
        let identity = Identity {
            cluster_id: told.cluster_id.to_string(),
            seed: told.seed,
        };
        let mut broker = Broker::recover(told, settings.storage)?;
        if let Some(number) = settings.ids_from {
            broker.give_ids_from(number)?;
        }
        let clock = Clock::new(settings.time);
        let shared = Arc::new(Shared::new(broker, clock.clone()));
        let (stop, stopped) = watch::channel(());
        runtime.spawn(timer::run(shared.clone()));
        let connections_max = settings.connections_max.min(room_for_connections());
        let listening = listener::run(listener, connections_max, Arc::clone(&shared), stopped);
        let listener = runtime.spawn(listening);
        Ok(Server {
            address,
            clock,
            identity,
            shared,
            stop,
            listener: Some(listener),
            runtime: Some(runtime),
        })
    }

    /// Where clients connect first.
    pub fn bootstrap(&self) -> String {
        self.address.to_string()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Writes everything that it holds into a folder, as [`Settings::kept_in`] and [`Settings::read_from`] read it: as of
    /// this moment, with open transactions as open. Clients wait meanwhile.
    ///
    /// # Errors
    /// There is something in the folder, or the disk failed.
    pub fn copy_to(&self, folder: &Path) -> Result<()> {
        let mut disk = Disk::create(folder, &self.identity)?;
        self.shared.copy_to(&mut disk)?;
        Ok(())
    }

    /// Stops: no new connection is taken, and those that there are end.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let (Some(runtime), Some(listener)) = (self.runtime.take(), self.listener.take()) else {
            return;
        };
        let _nobody_listens = self.stop.send(());
        // The server may be dropped within another runtime, where a thread must not block on this one's tasks.
        let end = move || {
            let _ended = runtime.block_on(listener);
            runtime.shutdown_timeout(STOP_TIME_MAX);
        };
        let _ended = std::thread::spawn(end).join();
    }
}

/// How many connections the process's limit of open files leaves room for: that limit is raised as far as it goes.
fn room_for_connections() -> usize {
    match files::raise_file_limit() {
        Ok(files) => usize::try_from(files)
            .unwrap_or(usize::MAX)
            .saturating_sub(FILES_KEPT)
            .max(CONNECTIONS_MIN),
        // The limit is not known: when it is met, those who come wait.
        Err(_) => usize::MAX,
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A broker that is started again takes its port back at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
