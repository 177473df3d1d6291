//! Asking a process over HTTP whether it works.

use std::{sync::LazyLock, time::Duration};

/// Processes on this machine answer at once or not at all.
const ANSWER_AT_MOST: Duration = Duration::from_secs(5);

static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_AT_MOST))
        .build()
        .new_agent()
});

/// The text at `url`.
///
/// # Errors
/// When nobody answers, or not with success.
pub fn get(url: &str) -> Result<String, ureq::Error> {
    AGENT.get(url).call()?.body_mut().read_to_string()
}
