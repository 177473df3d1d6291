//! Locks that stand in each other's way.
//!
//! One saga is explored, and to it a lock is granted or not, so that what several locks do to each other is read off the
//! definition.

use std::collections::BTreeSet;

use palinode_core::{Action, LockPlan, Plan, StepIndex};

use crate::{Finding, Rule, facts::Facts, tell::Teller};

/// Two steps that take the same lock, and two that take locks in no certain order. Needs the keys as they are written.
pub(crate) fn locks(plan: &Plan, facts: &Facts) -> Vec<Finding> {
    let teller = Teller::new(plan, facts);
    let mut found = Vec::new();
    let order = Order::of(plan);
    let all: Vec<(StepIndex, &LockPlan)> = plan.step_indexes().filter_map(|step| lock(plan, step)).collect();
    for (place, (second, later)) in all.iter().enumerate() {
        for (first, earlier) in &all[..place] {
            if exclude_each_other(plan, *first, *second) || is_let_go(&order, earlier, *second) {
                continue;
            }
            let names = (&plan.step(*first).name, &plan.step(*second).name);
            if earlier.key.source() == later.key.source() {
                let message = format!(
                    "'{}' takes the lock that the saga holds since '{}': it waits for itself, until its time-out",
                    names.1, names.0
                );
                found.push(teller.no_path(Rule::LockTakenTwice, Some(*second), message));
            } else if !order.has(*first, *second) {
                let message = format!(
                    "'{}' and '{}' take their locks in no certain order: two sagas can each hold one and wait for the \
                     other, until a time-out. Let one come after the other",
                    names.0, names.1
                );
                found.push(teller.no_path(Rule::LocksCross, Some(*second), message));
            }
        }
    }
    found
}

fn lock(plan: &Plan, step: StepIndex) -> Option<(StepIndex, &LockPlan)> {
    match &plan.step(step).action {
        Action::Lock(lock) => Some((step, lock)),
        _ => None,
    }
}

/// Whether they are alternatives of one choice.
fn exclude_each_other(plan: &Plan, first: StepIndex, second: StepIndex) -> bool {
    plan.step(second).unless.contains(&first) || plan.step(first).unless.contains(&second)
}

/// Whether the lock has been given back when `next` begins.
fn is_let_go(order: &Order, lock: &LockPlan, next: StepIndex) -> bool {
    !lock.until.is_empty() && lock.until.iter().all(|until| order.has(*until, next))
}

/// Which steps come before each step, directly or not.
struct Order {
    before: Vec<BTreeSet<StepIndex>>,
}

impl Order {
    fn of(plan: &Plan) -> Self {
        let mut before: Vec<BTreeSet<StepIndex>> = Vec::with_capacity(plan.steps.len());
        for step in plan.step_indexes() {
            let mut all = BTreeSet::new();
            for direct in &plan.step(step).after {
                all.insert(*direct);
                all.extend(before.get(direct.at()).into_iter().flatten());
            }
            before.push(all);
        }
        Self { before }
    }

    fn has(&self, first: StepIndex, second: StepIndex) -> bool {
        self.before
            .get(second.at())
            .is_some_and(|before| before.contains(&first))
    }
}
