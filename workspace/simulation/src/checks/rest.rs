//! After the faults everything comes to rest.

use super::{Check, Found, Scene};
use crate::history::Happened;

/// Once faults stop, every saga ends or waits for somebody, every input is read, and every task has its owner.
pub(super) struct Rest;

/// What the status of a task says after a panic.
const PANICKED: &str = "an invariant broke";

impl Check for Rest {
    fn name(&self) -> &'static str {
        "rest"
    }

    fn law(&self) -> &'static str {
        "When the faults stop, every saga comes to its end, every input is read, and every task runs; no invariant breaks."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        if let Some(unrest) = &scene.remains.unrest {
            found.add(format!("the world did not come to rest: {unrest}"));
        }
        for entry in scene.remains.history.entries() {
            if let Happened::Status { node, task, status } = &entry.what
                && status.contains(PANICKED)
            {
                found.add(format!("node {node}, task {task} {status}"));
            }
        }
        for task in 0..scene.remains.plan.tasks {
            if !scene.remains.tasks.contains_key(&task) {
                found.add(format!("nobody runs task {task} in the end"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rest;
    use crate::checks::testing::Made;

    #[test]
    fn a_world_at_rest_is_right() {
        assert_eq!(Made::new(2).findings(&Rest), Vec::<String>::new());
    }

    #[test]
    fn a_world_without_rest_is_found() {
        let mut made = Made::new(2);
        made.remains.unrest = Some("2 sagas are open".into());
        made.remains.tasks.remove(&1);
        assert_eq!(
            made.findings(&Rest),
            [
                "the world did not come to rest: 2 sagas are open",
                "nobody runs task 1 in the end"
            ]
        );
    }
}
