//! A whole shop of processes: the orchestrator and the reference services, over a Kafka and a registry that run
//! already. Each process is `palinode run` or `palinode service`, so that killing one is what it is in production.

mod component;
mod settings;
mod start;

pub use component::Component;
pub use settings::Settings;
pub use start::Shop;
