//! One world, run and judged.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    Remains,
    checks::{Known, Scene, Violation, judge},
    coverage::Coverage,
    plan::WorldPlan,
    setting::Setting,
    world,
};

/// The name under which a panic of the world itself is told.
const PANIC: &str = "panic";

/// A world that was run and judged.
#[derive(Debug)]
pub struct Judgement {
    /// What is left; none when the world itself panicked.
    pub remains: Option<Remains>,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// What was reached.
    pub coverage: Coverage,
}

impl Judgement {
    /// Runs the world of `plan` and judges what is left of it.
    #[must_use]
    pub fn of(plan: &WorldPlan) -> Self {
        match catch_unwind(AssertUnwindSafe(|| Self::unguarded(plan))) {
            Ok(judgement) => judgement,
            Err(panic) => Self {
                remains: None,
                violations: vec![Violation {
                    check: PANIC,
                    what: text(panic.as_ref()),
                    saga: None,
                }],
                coverage: Coverage::default(),
            },
        }
    }

    fn unguarded(plan: &WorldPlan) -> Self {
        let known = Known::of(&Setting::new(plan), plan.tasks);
        let remains = world::run(plan.clone());
        let scene = Scene::new(&remains, &known);
        let violations = judge(&scene);
        let coverage = Coverage::of(&scene);
        drop(scene);
        Self {
            remains: Some(remains),
            violations,
            coverage,
        }
    }

    /// Whether the check called `name` found something.
    #[must_use]
    pub fn breaks(&self, name: &str) -> bool {
        self.violations.iter().any(|violation| violation.check == name)
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}
