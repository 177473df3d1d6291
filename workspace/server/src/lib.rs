//! The orchestrator as a process: configuration, HTTP, metrics, tracing, graceful stop.
