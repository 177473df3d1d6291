//! `palinode service`: one of the reference services as a process.

use std::{path::Path, sync::Arc, thread};

use anyhow::Context;
use palinode_participant::{MetricsText, Parts, Registry, Stop};
use palinode_server::{configuration, start_telemetry};
use serde::de::DeserializeOwned;

use crate::{
    Verdict,
    arguments::{Service, service_name::ServiceName},
};

pub(crate) fn service(arguments: &Service) -> anyhow::Result<Verdict> {
    let log = configuration::Log {
        filter: arguments.log.clone(),
        ..configuration::Log::default()
    };
    let metrics = start_telemetry(&log)?;
    let text: MetricsText = Arc::new(move || metrics.render());
    let parts = Parts {
        schemas: Arc::new(Registry::new(&arguments.registry)?),
        metrics: Some(text),
    };
    let stop = Stop::new();
    stop_on_signal(stop.clone())?;
    let settings = arguments.settings.as_path();
    match arguments.name {
        ServiceName::Order => palinode_order::run(read(settings)?, &parts, &stop)?,
        ServiceName::Payment => palinode_payment::run(read(settings)?, &parts, &stop)?,
        ServiceName::Warehouse => palinode_warehouse::run(read(settings)?, &parts, &stop)?,
        ServiceName::Shipment => palinode_shipment::run(read(settings)?, &parts, &stop)?,
        ServiceName::Notification => palinode_notification::run(read(settings)?, &parts, &stop)?,
        ServiceName::Analytics => palinode_analytics::run(read(settings)?, &parts, &stop)?,
    }
    Ok(Verdict::Done)
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} does not hold the service's settings", path.display()))
}

/// Requests the stop on SIGTERM and Ctrl-C.
fn stop_on_signal(stop: Stop) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let (Ok(mut terminate), Ok(mut interrupt)) =
                (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
            else {
                tracing::error!("signals cannot be caught; the process can only be killed");
                return;
            };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.request();
        });
    })?;
    Ok(())
}
