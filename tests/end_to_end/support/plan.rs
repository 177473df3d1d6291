//! Which scenarios are played on which broker.

use std::env;

use palinode_sandbox::{Result, cluster::Kind};

/// The variable that chooses a broker; only here it may have the value `both`.
const KAFKA: &str = "KAFKA";

/// Scenarios on a kind of broker.
pub(crate) struct Plan {
    /// The kind of broker.
    pub(crate) kind: Kind,
    /// The names of the scenarios; none: all of them.
    pub(super) only: Option<&'static [&'static str]>,
}

/// What the environment asks for. When it asks for nothing: all on the embedded broker, and the hardest on real Kafka.
///
/// # Errors
/// When it asks for a broker that is not known.
pub(crate) fn plans(hardest: &'static [&'static str]) -> Result<Vec<Plan>> {
    let variable = |name| env::var(name).unwrap_or_default();
    let all = |kind| Plan { kind, only: None };
    let twice = |only| {
        let real = Plan { kind: Kind::Real, only };
        vec![all(Kind::Embedded), real]
    };
    Ok(match (variable("BOOTSTRAP").as_str(), variable(KAFKA).as_str()) {
        ("", "") => twice(Some(hardest)),
        ("", "both") => twice(None),
        _ => vec![all(Kind::from_environment(Kind::Embedded)?)],
    })
}
