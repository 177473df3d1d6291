//! A schema registry inside this process, on a thread of its own.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use tokio::runtime::{Builder, Runtime};

use crate::{Error, Result, ports};

/// How a registry is wanted. The default suits a test: a free port, and nothing remembered.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The port to listen on; a free one by default.
    pub port: Option<u16>,
    /// The file in which the registry remembers; none by default.
    pub file: Option<PathBuf>,
}

/// A running registry. It ends when this is dropped.
#[derive(Debug)]
pub struct Registry {
    port: u16,
    runtime: Option<Runtime>,
}

impl Registry {
    /// Starts a registry. It answers when this returns.
    ///
    /// # Errors
    /// When the port is taken or the file is not a registry's.
    pub fn start(settings: Settings) -> Result<Registry> {
        let port = match settings.port {
            Some(port) if !ports::is_free(port) => return Err(Error::PortTaken { port }),
            Some(port) => port,
            None => ports::free()?,
        };
        let registry = match settings.file {
            Some(file) => palinode_registry::Registry::open(&file)?,
            None => palinode_registry::Registry::in_memory(),
        };
        let listening = || format!("listen on port {port}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(Error::io(listening()))?;
        listener.set_nonblocking(true).map_err(Error::io(listening()))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("registry")
            .enable_all()
            .build()
            .map_err(Error::io("start the registry's thread"))?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(Error::io(listening()))?
        };
        runtime.spawn(palinode_registry::serve(listener, registry));
        Ok(Registry {
            port,
            runtime: Some(runtime),
        })
    }

    /// The address for clients, as in `http://127.0.0.1:8081`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // Waits for nobody, so that it may happen inside of another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
