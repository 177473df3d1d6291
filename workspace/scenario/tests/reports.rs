//! What is reported: for people, and for CI systems.

mod common;

use palinode_scenario::{Suite, junit, text};

const SCENARIOS: &str = r#"
  - scenario: "shipped & <charged>"
    expect: { end: completed }
  - scenario: not as expected
    expect: { end: suspended }
"#;

fn scenarios() -> String {
    format!("{}{SCENARIOS}", common::head())
}

#[test]
fn a_ci_system_reads_the_results_as_junit() {
    let xml = junit(&[common::run(&scenarios())]);
    assert!(
        xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "),
        "{xml}"
    );
    assert!(xml.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{xml}");
    assert!(
        xml.contains("<testcase name=\"shipped &amp; &lt;charged&gt;\""),
        "{xml}"
    );
    assert!(
        xml.contains("<failure message=\"the saga should be suspended, and it is completed\""),
        "{xml}"
    );
    let open = |name: &str| xml.matches(&format!("<{name} ")).count();
    let closed = |name: &str| xml.matches(&format!("</{name}>")).count();
    assert_eq!((open("testsuite"), closed("testsuite")), (1, 1));
    assert_eq!(
        (open("testcase"), closed("testcase")),
        (2, 1),
        "a scenario that holds closes itself"
    );
}

#[test]
fn a_field_that_avro_refuses_is_told_with_its_name() {
    let definition = common::order_text().replacen(
        "amount_minor: \"start.total_minor\"\n        currency",
        "amount_minor: \"start.total_minor > 5 ? 'much' : start.total_minor\"\n        currency",
        1,
    );
    let definition = common::definition(&definition);
    let schemas = common::schemas();
    let suite = Suite::read("scenarios.yaml", &scenarios(), &definition.plan, &schemas).unwrap();
    let told = text(&suite.run(&definition.plan, &schemas).unwrap());
    let refused =
        "shop.payments.ReservePayment cannot be written: the field 'amount_minor' holds a string instead of a long";
    assert!(told.contains(refused), "{told}");
    assert!(
        told.contains("OUTPUT_REFUSED"),
        "the saga waits, as it would in production: {told}"
    );
}

#[test]
fn a_message_without_schema_is_told_before_anything_is_played() {
    let plan = common::definition(&common::order_text()).plan;
    let suite = common::read(&scenarios()).unwrap();
    let mut texts = common::texts();
    texts.remove("shop.warehouse.PickItems");
    let schemas = palinode_scenario::schemas_of(&texts).unwrap();
    let refused = suite.run(&plan, &schemas).unwrap_err();
    assert!(refused.contains("shop.warehouse.PickItems"), "{refused}");
}

#[test]
fn what_no_scenario_walks_is_not_covered() {
    let coverage = common::run(&scenarios()).coverage;
    let walked: Vec<String> = coverage
        .edges()
        .filter(|(_, walked)| *walked)
        .map(|(edge, _)| format!("{} {}", edge.part, edge.what))
        .collect();
    assert!(walked.contains(&"payment succeeded".to_owned()), "{walked:?}");
    assert!(!walked.contains(&"payment refused".to_owned()), "{walked:?}");
    assert!(coverage.percent() < 50, "{}", coverage.percent());
}

#[test]
fn a_word_that_the_core_does_not_have_is_a_mistake() {
    for expected in ["rejected: [TOO_LATE]", "reason: WEATHER"] {
        let text = format!("{}  - scenario: a\n    expect: {{ {expected} }}\n", common::head());
        let mistakes = common::read(&text).unwrap_err().to_string();
        assert!(mistakes.contains("is none of"), "{mistakes}");
    }
}
