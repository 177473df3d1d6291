//! Steps that are other sagas, and what holds between definitions.

use palinode_core::{Action, CompensationExhausted, Zone};
use palinode_definition::{Code, Definition, check_sub_sagas};

mod support;

fn read(text: &str) -> Definition {
    Definition::read("test.yaml", text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// A definition started by `shop.<name>`, with a step that asks for `asks`.
fn asking(name: &str, version: u32, asks: &str, by: &str) -> Definition {
    read(&format!(
        "apiVersion: palinode/v1\nsaga: {name}\nversion: {version}\nowner: shop-team\n\
         startedBy: {{ event: shop.{name}, topic: in }}\nsteps:\n  - id: other\n    \
         saga: {{ definition: {asks}, key: start.id, start: {{ message: {by}, fields: {{ id: start.id }} }} }}\n"
    ))
}

fn codes(definitions: &[Definition]) -> Vec<(Code, String)> {
    let found = check_sub_sagas(definitions);
    found
        .into_iter()
        .map(|one| (one.code, one.message.to_string()))
        .collect()
}

#[test]
fn the_tables_of_an_outing_are_sagas_of_their_own() {
    let (_, text) = support::definitions()
        .into_iter()
        .find(|(name, _)| name == "outing.yaml")
        .unwrap();
    let plan = read(&text).plan;
    let step = plan.step(plan.step_named("tables").unwrap());
    let Action::SubSaga(sub_saga) = &step.action else {
        panic!("{:?}", step.action)
    };
    assert_eq!(sub_saga.definition.as_str(), "table-reservation");
    assert_eq!(sub_saga.key.source(), "start.outing_id + '/' + string(item_index)");
    assert_eq!(plan.message(sub_saga.start).record.as_str(), "travel.TableWanted");
    assert_eq!(step.timeout.as_secs(), 2 * 24 * 3_600);
    assert_eq!((step.retry.attempts, step.zone), (1, Zone::Compensatable));
    let back = step.compensation.as_ref().unwrap();
    assert_eq!(
        (back.retry.attempts, back.timeout),
        (1, step.timeout),
        "taking it back may take as long"
    );
    assert_eq!(back.on_exhausted, CompensationExhausted::Suspend);
}

#[test]
fn a_sub_saga_after_the_pivot_is_not_taken_back() {
    let text = "apiVersion: palinode/v1\nsaga: a\nversion: 1\nowner: shop-team\nstartedBy: { event: shop.A, topic: in }\n\
                steps:\n  - id: one\n    pivot: true\n    \
                saga: { definition: b, key: start.id, start: { message: shop.B, fields: {} } }\n  \
                - id: two\n    after: [one]\n    saga: { definition: b, key: start.id, start: { message: shop.B, fields: {} } }\n";
    let plan = read(text).plan;
    assert!(plan.steps.iter().all(|step| step.compensation.is_none()));
}

#[test]
fn definitions_that_lead_back_to_themselves_are_refused_wherever_the_cycle_is_entered() {
    let cycle = [
        asking("a", 1, "b", "shop.b"),
        asking("b", 1, "c", "shop.c"),
        asking("c", 1, "a", "shop.a"),
        asking("d", 1, "a", "shop.a"),
    ];
    let found = codes(&cycle);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(
        found[0],
        (
            Code::SubSagaCycle,
            "the definitions ask for each other: a → b → c → a".into()
        )
    );
}

#[test]
fn the_newest_version_counts_and_what_is_not_known_is_not_judged() {
    let other = "apiVersion: palinode/v1\nsaga: b\nversion: 2\nowner: shop-team\nstartedBy: { event: shop.New, topic: in }\n\
                 steps:\n  - id: rest\n    wait: { for: 1s }\n";
    assert_eq!(codes(&[asking("a", 1, "b", "shop.New")]), []);
    assert_eq!(
        codes(&[
            asking("a", 1, "b", "shop.New"),
            asking("b", 1, "a", "shop.a"),
            read(other)
        ]),
        [(
            Code::SubSagaCycle,
            "the definitions ask for each other: b → a → b".into()
        )],
        "the old version of b asks for a, and a for b"
    );
    let found = codes(&[asking("a", 1, "b", "shop.b"), read(other)]);
    assert_eq!(
        found,
        [(Code::SubSagaStart, "the definition 'b' is started by shop.New".into())]
    );
}
