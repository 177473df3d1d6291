//! What processes say of themselves while somebody is away.

use std::{
    thread,
    time::{Duration, Instant},
};

use palinode_sandbox::shop::Component;

use crate::support::{World, eventually, eventually_within};

/// A process that waits and is asked to end does so at once; a busy machine gets time.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Waits until a process lives, is not ready, and says why.
pub(super) fn await_unready(world: &World<'_>, component: Component, why: &str) {
    eventually(&format!("{component} says of its readiness: {why}"), || {
        let (status, text) = world.ask(component, "/readyz")?;
        (status == 503 && text.contains(why)).then_some(())
    });
    let health = world.ask(component, "/healthz").map(|(status, _)| status);
    assert_eq!(health, Some(200), "{component} lives");
}

/// Waits until the metrics of a process say of each whether it is away.
pub(super) fn await_metric(world: &World<'_>, component: Component, away: &[(&str, bool)]) {
    eventually(&format!("the metrics of {component} say {away:?}"), || {
        let (_, text) = world.ask(component, "/metrics")?;
        let says = |(what, is_away): &(&str, bool)| {
            text.contains(&format!("palinode_away{{what=\"{what}\"}} {}", u8::from(*is_away)))
        };
        away.iter().all(says).then_some(())
    });
}

/// Lets time pass, in which every process waits on.
pub(super) fn wait_on(world: &World<'_>, components: &[Component], until: Instant) {
    thread::sleep(until.saturating_duration_since(Instant::now()));
    for component in components {
        let exit = world.shop().exit(*component).expect("it can be looked at");
        assert!(exit.is_none(), "{component} has ended: {exit:?}");
    }
}

/// Asks a process that waits to end, sees that it does so in order, and starts it again.
pub(super) fn end_while_waiting(world: &World<'_>, component: Component) {
    let mut shop = world.shop();
    shop.terminate(component).expect("it is asked to end");
    let exit = eventually_within(ENDS_WITHIN, "a process that waits ends", || {
        shop.exit(component).expect("it can be looked at")
    });
    assert_eq!(exit.code(), Some(0), "{component}");
    shop.launch(component).expect("it is started again");
}
