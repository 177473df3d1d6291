//! Plans of migrations: YAML that says how the sagas of one version go on with another one.

mod check;
mod defaults;
mod read;
mod written;

pub use read::MigrationPlan;
