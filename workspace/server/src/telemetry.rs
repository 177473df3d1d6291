//! Logging and metrics of the process.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    Error,
    configuration::{Log, LogFormat},
};

/// Bounds of the histograms of durations, in seconds: from a fast transaction to a very slow one.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Sets logging up as asked and installs the metrics recorder. Once a process.
///
/// # Errors
/// When the filter cannot be read, or logging or metrics are set up already.
pub fn start_telemetry(log: &Log) -> Result<PrometheusHandle, Error> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| Error::Configuration {
        reason: format!("'log.filter' cannot be read: {error}"),
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match log.format {
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(false),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).json())
            .try_init(),
    };
    started.map_err(|error| Error::Telemetry {
        reason: error.to_string(),
    })?;
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Error::Telemetry {
            reason: error.to_string(),
        })
}
