//! The scenarios. Each has subjects of its own, and leaves what holds for the whole registry as it was.

mod compatibility;
mod config;
mod deletion;
mod ids;
mod levels;
mod look_up;
mod modes;
mod normalize;
mod references;
mod refusals;
mod register;
mod schemas;

use super::Scenario;

/// The scenarios, of which the first expects that nothing was set before.
pub(crate) fn all() -> Vec<Scenario> {
    [
        config::scenarios(),
        register::scenarios(),
        look_up::scenarios(),
        ids::scenarios(),
        normalize::scenarios(),
        refusals::scenarios(),
        compatibility::scenarios(),
        levels::scenarios(),
        references::scenarios(),
        deletion::scenarios(),
        modes::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
