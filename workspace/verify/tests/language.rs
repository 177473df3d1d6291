//! What steps can do beside asking a participant: both branches of every choice are explored.

mod common;

use std::{sync::Arc, time::Duration};

use common::{Step, definition, plan, proved, step};
use palinode_core::{
    Action, CompensationExhausted, CompensationOrder, Constant, Context, DecisionOption, DecisionPlan, EvaluationError,
    Event, Expression, Fields, Input, ItemsPlan, LockPlan, OnExhausted, OnTimeout, Plan, Saga, SagaId, StepIndex,
    Transition, Trigger, Value, WaitPlan, evolve, transition,
};
use palinode_verify::{Core, Report, Rule, Settings, verify, verify_with};

/// An expression over data.
#[derive(Debug)]
struct Data;

impl Expression for Data {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        match fields.value(&["start".into(), "field".into()]) {
            Ok(value) => Ok(value.unwrap_or(Value::Null)),
            Err(error) => Err(EvaluationError {
                expression: "start.field".into(),
                reason: error.to_string(),
            }),
        }
    }

    fn source(&self) -> &str {
        "start.field"
    }
}

fn trip() -> Vec<Step> {
    vec![
        step("hotel").compensated(),
        step("flight").after(&["hotel"]).compensated(),
        step("ticket").after(&["flight"]).with("pivot: true"),
    ]
}

fn explored(steps: &[Step], change: impl Fn(&mut Plan)) -> Report {
    let made = || {
        let mut plan = plan(&definition(steps));
        change(&mut plan);
        plan
    };
    let full = verify(
        made(),
        Settings {
            reduced: false,
            ..Settings::default()
        },
    );
    let reduced = verify(made(), Settings::default());
    let rules = |report: &Report| {
        let mut rules: Vec<_> = report
            .findings
            .iter()
            .map(|known| (known.rule, known.step.clone()))
            .collect();
        rules.sort();
        rules
    };
    assert_eq!(rules(&full), rules(&reduced), "{full}\n{reduced}");
    reduced
}

fn finds(report: &Report, rule: Rule) -> bool {
    report.findings.iter().any(|finding| finding.rule == rule)
}

#[test]
fn a_step_with_a_condition_is_explored_with_and_without_it() {
    let without = explored(&trip(), |_| ());
    let report = explored(&trip(), |plan| plan.steps[1].when = Some(Arc::new(Data)));
    proved(&report);
    assert!(report.explored.completed > without.explored.completed, "{report}");
}

#[test]
fn a_condition_that_never_holds_makes_its_step_and_all_behind_it_unreachable() {
    let report = explored(&trip(), |plan| {
        plan.steps[1].when = Some(Arc::new(Constant(Value::Boolean(false))))
    });
    let unreachable: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.rule == Rule::UnreachableStep)
        .map(|finding| finding.step.clone().unwrap_or_default())
        .collect();
    assert_eq!(unreachable, ["flight", "ticket"], "{report}");
    assert!(finds(&report, Rule::DeadCondition));
}

#[test]
fn of_alternatives_one_is_taken_and_one_behind_a_certain_one_is_unreachable() {
    let steps = [
        step("courier").compensated(),
        step("post").compensated(),
        step("bill").after(&["courier", "post"]),
    ];
    let choice = |plan: &mut Plan, first: Option<Arc<dyn Expression>>| {
        plan.steps[0].when = first;
        plan.steps[1].unless = vec![StepIndex(0)];
    };
    let report = explored(&steps, |plan| choice(plan, Some(Arc::new(Data))));
    assert!(!finds(&report, Rule::UnreachableStep), "{report}");
    proved(&report);
    let report = explored(&steps, |plan| choice(plan, None));
    assert!(finds(&report, Rule::UnreachableStep), "{report}");
}

#[test]
fn items_are_done_and_taken_back_one_by_one() {
    for parallel in [1, 5] {
        for order in [
            CompensationOrder::Reverse,
            CompensationOrder::Sequential,
            CompensationOrder::Parallel,
        ] {
            let report = explored(&trip(), |plan| {
                plan.compensation_order = order;
                plan.steps[1].items = Some(ItemsPlan {
                    list: Arc::new(Data),
                    parallel,
                    max: 10,
                });
            });
            proved(&report);
        }
    }
}

#[test]
fn every_order_of_compensation_is_held() {
    let steps = [
        step("hotel").compensated(),
        step("flight").stubbornly_compensated(),
        step("car").after(&["hotel"]).compensated(),
    ];
    for order in [
        CompensationOrder::Reverse,
        CompensationOrder::Sequential,
        CompensationOrder::Parallel,
    ] {
        let report = explored(&steps, |plan| plan.compensation_order = order);
        proved(&report);
    }
}

#[test]
fn steps_without_compensation_do_not_break_the_order() {
    let steps = [
        step("hotel").compensated(),
        step("mail").after(&["hotel"]),
        step("flight").after(&["mail"]).compensated(),
        step("car").after(&["flight"]),
    ];
    let report = explored(&steps, |_| ());
    proved(&report);
}

#[test]
fn a_wait_ends_by_time_or_by_its_event() {
    let spans = [
        WaitPlan::For(Duration::from_secs(60)),
        WaitPlan::Until(Arc::new(Data)),
        event(OnTimeout::Continue),
        event(OnTimeout::Fail),
    ];
    for wait in spans {
        let mut plan = plan(&definition(&trip()));
        plan.steps[1].action = Action::Wait(wait);
        plan.steps[1].compensation = None;
        let report = verify(plan, Settings::default());
        proved(&report);
    }
}

#[test]
fn a_lock_is_granted_or_does_not_come_free_in_time() {
    for on_timeout in [OnTimeout::Continue, OnTimeout::Fail] {
        for until in [vec![], vec![StepIndex(2)]] {
            let report = explored(&trip(), |plan| {
                plan.steps[1].action = Action::Lock(LockPlan {
                    key: Arc::new(Data),
                    timeout: Duration::from_secs(60),
                    on_timeout,
                    until: until.clone(),
                });
                plan.steps[1].compensation = None;
            });
            proved(&report);
            assert!(
                report.explored.completed > 0 && report.explored.compensated > 0,
                "{report}"
            );
        }
    }
}

#[test]
fn a_saga_that_keeps_its_lock_is_found() {
    let mut plan = plan(&definition(&trip()));
    plan.steps[1].action = Action::Lock(LockPlan {
        key: Arc::new(Data),
        timeout: Duration::from_secs(60),
        on_timeout: OnTimeout::Fail,
        until: Vec::new(),
    });
    plan.steps[1].compensation = None;
    let report = verify_with(&Keeps, plan, Settings::default());
    assert!(finds(&report, Rule::LockKept), "{report}");
}

/// A core that never lets go of a lock.
struct Keeps;

impl Core for Keeps {
    fn transition(&self, context: Context<'_>, id: &SagaId, saga: Option<&Saga>, input: &Input) -> Transition {
        let mut right = transition(context, id, saga, input);
        right
            .events
            .retain(|event| !matches!(event, Event::LockReleased { .. }));
        right.saga = right.events.iter().fold(saga.cloned(), |saga, event| {
            evolve(context.plan, id, saga, event, context.now)
        });
        right
    }
}

fn event(on_timeout: OnTimeout) -> WaitPlan {
    WaitPlan::Event {
        trigger: Trigger {
            record: "t.Arrived".into(),
            topic: "arrivals".into(),
        },
        key: None,
        timeout: Duration::from_secs(60),
        on_timeout,
    }
}

#[test]
fn a_question_is_answered_or_its_default_counts() {
    let question = |fails: [bool; 2], default| DecisionPlan {
        question: "Shall it go on?".into(),
        options: ["approve", "reject"]
            .into_iter()
            .zip(fails)
            .map(|(name, fails)| DecisionOption {
                name: name.into(),
                fails,
            })
            .collect(),
        deadline: Duration::from_secs(60),
        default,
    };
    let asking = |question: DecisionPlan| {
        explored(&trip(), |plan| {
            plan.steps[1].action = Action::Decision(question.clone());
            plan.steps[1].compensation = None;
        })
    };
    for default in [0, 1] {
        let report = asking(question([false, true], default));
        proved(&report);
    }
    // Whatever is decided, the saga turns back.
    let report = asking(question([true, true], 0));
    assert!(finds(&report, Rule::UnreachableStep), "{report}");
}

#[test]
fn a_step_that_is_given_up_is_left_behind() {
    let report = explored(&trip(), |plan| plan.steps[1].on_exhausted = OnExhausted::Continue);
    proved(&report);
    assert!(!finds(&report, Rule::LeftDone), "{report}");
}

#[test]
fn what_is_given_up_and_may_be_done_is_told() {
    let steps = [
        step("hotel").compensated(),
        step("mail"),
        step("car").after(&["hotel", "mail"]),
    ];
    let report = explored(&steps, |plan| plan.steps[1].on_exhausted = OnExhausted::Continue);
    assert!(finds(&report, Rule::LeftUnknown), "{report}");
    let report = explored(&trip(), |plan| {
        if let Some(compensation) = &mut plan.steps[0].compensation {
            compensation.on_exhausted = CompensationExhausted::Continue;
        }
    });
    assert!(finds(&report, Rule::CompensationGivenUp), "{report}");
    proved(&report);
}

#[test]
fn a_step_with_a_deadline_of_its_own_may_have_fewer_attempts() {
    let report = explored(&trip(), |plan| plan.steps[1].deadline = Some(Duration::from_secs(40)));
    proved(&report);
}

#[test]
fn a_window_for_cancelling_that_closes_at_once_lets_nobody_cancel() {
    let report = explored(&trip(), |plan| plan.cancel_until = Some(StepIndex(0)));
    assert!(finds(&report, Rule::DeadCancellation), "{report}");
    let report = explored(&trip(), |plan| plan.cancel_until = Some(StepIndex(1)));
    proved(&report);
}
