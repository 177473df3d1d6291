//! The task that lets time pass.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;

/// The shortest wait: a deadline that has passed already does not make the task spin.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// Ticks whenever something is due, for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        let due = shared.tick();
        let wait = due.map(|due| {
            let millis = due.0.saturating_sub(shared.clock.now().0);
            Duration::from_millis(u64::try_from(millis).unwrap_or_default()).max(WAIT_MIN)
        });
        tokio::select! {
            () = sleep(wait) => {}
            () = shared.became_sooner() => {}
            () = shared.clock.was_moved() => {}
        }
    }
}

/// Sleeps; for ever when there is nothing to wait for.
async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
