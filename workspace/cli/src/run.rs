//! `palinode run`.

use std::pin::pin;

use anyhow::Context;
use palinode_server::{Configuration, Server, start_telemetry};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Verdict, arguments::Run};

/// Threads for HTTP and the registry; the tasks have threads of their own.
const ASYNC_THREADS: usize = 2;

pub(crate) fn run(arguments: &Run) -> anyhow::Result<Verdict> {
    let configuration = Configuration::read(arguments.config.as_deref(), &arguments.settings)?;
    let metrics = start_telemetry(&configuration.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(ASYNC_THREADS)
        .enable_all()
        .build()
        .context("the threads for HTTP could not be started")?;
    let ended = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut asked_to_end = pin!(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        let server = tokio::select! {
            started = Server::start(&configuration, metrics) => started?,
            () = &mut asked_to_end => {
                tracing::info!("stopping: the node waited, and has begun nothing");
                return Ok(Verdict::Done);
            }
        };
        asked_to_end.await;
        tracing::info!("stopping: transactions end, stores close, the member leaves");
        server.stop().await;
        Ok(Verdict::Done)
    });
    // Whoever still asks a broker that is away is not waited for.
    runtime.shutdown_background();
    ended
}
