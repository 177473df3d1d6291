//! Plans of migrations, read and held against two versions and their schemas.

use palinode_core::{DefaultValue, FieldDefault, RecordName, Rename, StepName, Unmovable};
use palinode_definition::{Definition, Diagnostic, MigrationPlan};

const BEFORE: &str = "
apiVersion: palinode/v1
saga: order
version: 1
owner: order-team
startedBy: { event: shop.Placed, topic: orders }
steps:
  - id: payment
    command: { topic: payments, message: shop.Pay, fields: { id: start.id } }
    replies: { topic: paid, succeeded: shop.Paid }
  - id: approval
    after: [payment]
    decision: { question: send it?, options: { approve: succeed, reject: fail }, deadline: 1h, default: reject }
";

const AFTER: &str = "
apiVersion: palinode/v1
saga: order
version: 2
owner: order-team
startedBy: { event: shop.Placed, topic: orders }
steps:
  - id: fraud
    command: { topic: checks, message: shop.Check, fields: { id: start.id } }
    replies: { topic: checked, succeeded: shop.Checked }
  - id: payment
    after: [fraud]
    command: { topic: payments, message: shop.Pay, fields: { id: start.id } }
    replies: { topic: paid, succeeded: shop.Paid }
  - id: release
    after: [payment]
    decision: { question: send it?, options: { approve: succeed, reject: fail }, deadline: 1h, default: reject }
  - id: shipment
    after: [release]
    command: { topic: shipments, message: shop.Ship, fields: { id: start.id, gift: start.gift, score: steps.fraud.reply.score } }
    replies: { topic: shipped, succeeded: shop.Paid }
";

const PLAN: &str = "
apiVersion: palinode/v1
migration: order
from: 1
to: 2
steps: { approval: release }
defaults:
  start: { gift: false }
  steps:
    fraud: { score: 0 }
";

/// The start event before it had a gift.
const PLACED_1: &str = r#"{"type":"record","name":"shop.Placed","fields":[{"name":"id","type":"string"}]}"#;

fn newest(record: &RecordName) -> Option<String> {
    let fields = match record.as_str() {
        "shop.Placed" => r#"{"name":"id","type":"string"},{"name":"gift","type":"boolean","default":false}"#,
        "shop.Pay" | "shop.Check" => r#"{"name":"id","type":"string"}"#,
        "shop.Checked" => r#"{"name":"score","type":"int"}"#,
        "shop.Ship" => {
            r#"{"name":"id","type":"string"},{"name":"gift","type":"boolean"},{"name":"score","type":"int"}"#
        }
        "shop.Paid" => "",
        _ => return None,
    };
    Some(format!(r#"{{"type":"record","name":"{record}","fields":[{fields}]}}"#))
}

fn definition(text: &str) -> Definition {
    Definition::read("test.yaml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn told(diagnostics: impl IntoIterator<Item = Diagnostic>) -> Vec<String> {
    let line = |found: Diagnostic| format!("{}:{} {}", found.location.line, found.location.column, found.message);
    diagnostics.into_iter().map(line).collect()
}

fn unread(text: &str) -> Vec<String> {
    told(MigrationPlan::read("plan.yaml", text).unwrap_err())
}

fn unfit(text: &str) -> Vec<String> {
    let plan = MigrationPlan::read("plan.yaml", text).unwrap_or_else(|error| panic!("{error}"));
    told(plan.check(&definition(BEFORE).plan, &definition(AFTER), &newest))
}

#[test]
fn a_plan_says_what_the_core_takes() {
    assert_eq!(unfit(PLAN), [""; 0]);
    let migration = MigrationPlan::read("plan.yaml", PLAN).unwrap().migration();
    assert_eq!((migration.from, migration.to), (1, 2));
    let rename = Rename {
        was: "approval".into(),
        is: "release".into(),
    };
    assert_eq!(migration.renames, [rename]);
    assert_eq!(migration.passed_over, ["fraud".into()]);
    let default = |path: &str, value| FieldDefault {
        path: path.into(),
        value,
    };
    assert_eq!(
        migration.defaults,
        [
            default("start.gift", DefaultValue::Boolean(false)),
            default("steps.fraud.reply.score", DefaultValue::Long(0)),
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    assert_eq!(
        unread("apiVersion: palinode/v1\nmigration: order\nfrom: 1\nto: 1\nstep: {}\n"),
        [
            "4:5 sagas move to another version than the one that they follow",
            "5:1 a plan of a migration has no key 'step'"
        ]
    );
    assert_eq!(
        unread("apiVersion: palinode/v9\nmigration: order\nfrom: 0\ndefaults: { start: { at: 1.5 } }\n"),
        [
            "1:1 a plan of a migration needs the key 'to'",
            "1:13 the apiVersion 'palinode/v9' is not known here; 'palinode/v1' is",
            "3:7 a number from 1 to 2147483647 is expected here, not 0",
            "4:26 text, a whole number, true, false or nothing is expected here, not a number"
        ]
    );
}

#[test]
fn steps_and_fields_that_are_not_there_are_told_with_their_places() {
    let broken = PLAN
        .replace(
            "approval: release",
            "approvl: shipment, payment: payment, approval: payment",
        )
        .replace("gift: false", "gift: no such thing, gft: 1")
        .replace("fraud: { score: 0 }", "fraud: { score: 1099511627776 }");
    assert_eq!(
        unfit(&broken),
        [
            "6:10 version 1 has no step 'approvl'",
            "6:57 two steps of version 1 would become 'payment'",
            "8:18 the field 'gift' of 'shop.Placed' cannot have this value",
            "8:33 'shop.Placed' has no field 'gft'",
            "10:21 the field 'score' of 'shop.Checked' cannot have this value",
        ]
    );
    let other = PLAN.replace("migration: order", "migration: orders");
    assert_eq!(unfit(&other)[0], "3:12 the plan is for 'orders', and not for 'order'");
    let old = PLAN.replace("fraud: { score: 0 }", "payment: {}");
    assert_eq!(unfit(&old), ["10:5 the step 'payment' is not new in version 2"]);
}

#[test]
fn a_step_that_may_be_passed_over_leaves_a_value_for_everything_that_is_looked_at() {
    let none = PLAN.replace("fraud: { score: 0 }", "fraud: {}");
    let found = unfit(&none);
    assert!(
        found.len() == 1 && found[0].starts_with("10:5 version 2 does not fit sagas in which 'fraud' is passed over"),
        "{found:?}"
    );
}

#[test]
fn an_event_that_was_never_waited_for_has_no_fields() {
    let waiting = AFTER.replace(
        "    command: { topic: checks, message: shop.Check, fields: { id: start.id } }\n    replies: { topic: checked, succeeded: shop.Checked }\n",
        "    wait: { event: shop.Checked, topic: checked, timeout: 1h, onTimeout: fail }\n",
    );
    let waiting = waiting.replace("steps.fraud.reply.score", "steps.fraud.event.score");
    let plan = PLAN.replace("fraud: { score: 0 }", "fraud: {}");
    let plan = MigrationPlan::read("plan.yaml", &plan).unwrap();
    let unfit = |to: &str| told(plan.check(&definition(BEFORE).plan, &definition(to), &newest));
    let found = unfit(&waiting);
    assert!(
        found.len() == 1 && found[0].starts_with("10:5 version 2 does not fit sagas in which 'fraud' is passed over"),
        "{found:?}"
    );
    assert_eq!(unfit(&waiting.replace("steps.fraud.event.score", "'1'")), [""; 0]);
}

#[test]
fn what_sagas_hold_is_held_against_the_schema_that_wrote_it() {
    let plan = MigrationPlan::read("plan.yaml", PLAN).unwrap();
    let (to, placed) = (definition(AFTER), RecordName::from("shop.Placed"));
    assert_eq!(told(plan.check_written(&to, &placed, PLACED_1, &newest)), [""; 0]);
    let without = PLAN.replace("start: { gift: false }", "start: {}");
    let without = MigrationPlan::read("plan.yaml", &without).unwrap();
    let found = told(without.check_written(&to, &placed, PLACED_1, &newest));
    assert!(found.len() == 1 && found[0].contains("gift"), "{found:?}");
    let now = newest(&placed).unwrap();
    assert_eq!(told(without.check_written(&to, &placed, &now, &newest)), [""; 0]);
}

#[test]
fn the_page_for_people_says_what_every_reason_means() {
    let page = include_str!("../../../docs/moving-sagas.md");
    let (step, version) = (StepName::from("…"), 2);
    let otherwise = |what| Unmovable::Otherwise {
        step: "…".into(), what
    };
    let reasons = [
        Unmovable::Already { version },
        Unmovable::OtherVersion { version },
        Unmovable::NotRun { version },
        Unmovable::NotOpen,
        Unmovable::GoesBack,
        Unmovable::Gone { step: step.clone() },
        Unmovable::KnownByName { step: step.clone() },
        otherwise("does something else"),
        otherwise("is not done for the same items"),
        otherwise("waits for something else"),
        otherwise("is asked by another record"),
        otherwise("is asked with other fields, though it may be asked again under its key"),
        otherwise("is answered by other records"),
        otherwise("is a saga of another definition"),
        otherwise("is a saga with another key"),
        Unmovable::TooLate {
            new: step.clone(),
            begun: step.clone(),
        },
        Unmovable::Order {
            begun: step.clone(),
            before: step,
        },
        Unmovable::Pivot,
        Unmovable::NotMoved,
        Unmovable::WentOn,
    ];
    for reason in reasons {
        assert!(page.contains(&format!("| {reason} |")), "{reason}");
    }
}
