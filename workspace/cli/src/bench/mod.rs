//! `palinode bench`: rate, latency and processor time on real Kafka, beside what Kafka alone would allow.
//!
//! Everything runs on this machine: the broker, the orchestrator (a process of its own), and in this process the
//! participants and whoever places orders. It tells figures and judges nothing: the exit code says only whether it
//! could measure.

mod arguments;
mod broker;
mod client;
mod demo_rate;
mod failover;
mod figures;
mod filling;
mod ground;
mod latency;
mod machine;
mod measure;
mod open_loop;
mod open_sagas;
mod orders;
mod outcomes;
mod overload;
mod page;
mod participants;
mod pass_through;
mod processor;
mod raw;
mod replies;
mod sample;
mod sandbox;
mod soak;
mod throughput;
mod traffic;

pub(crate) use arguments::Arguments;
pub(crate) use measure::bench;
