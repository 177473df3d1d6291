//! Whatever the text, reading it ends soon with scenarios or with mistakes that have a place.

mod common;

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use palinode_core::Plan;
use palinode_scenario::{Head, Recording, Suite};
use palinode_wire::Schemas;
use proptest::prelude::*;

static PLAN: LazyLock<Plan> = LazyLock::new(|| common::definition(&common::order_text()).plan);
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(common::schemas);
static GOOD: LazyLock<String> =
    LazyLock::new(|| std::fs::read_to_string(common::root().join("sagas/order-fulfilment.test.yaml")).unwrap());

/// Far above what any text takes (milliseconds), far below what a person would call hanging.
const LONGEST: Duration = Duration::from_secs(10);

fn read_soon(text: &str) -> bool {
    let began = Instant::now();
    let _ = Head::read("any.yaml", text);
    let read = Suite::read("any.yaml", text, &PLAN, &SCHEMAS);
    if let Err(mistakes) = &read {
        assert!(mistakes.iter().count() > 0);
        assert!(
            mistakes
                .iter()
                .all(|mistake| mistake.place.line > 0 && mistake.place.column > 0)
        );
        assert!(!mistakes.to_string().is_empty());
    }
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    read.is_ok()
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        ": ",
        "- ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "&a ",
        "*a",
        "<<: ",
        "|",
        "#",
        "!!str ",
        "---\n",
        "\t",
        "scenario",
        "expect",
        "payment",
        "at: 5s",
        "99999999999999999999",
        "-1",
        "1e999",
        "é",
        "\u{feff}",
        "\0",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn changed(text: &str, at: usize, removed: usize, piece: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = at % (letters.len() + 1);
    let end = letters.len().min(at + removed);
    letters.splice(at..end, piece.chars());
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn random_text_is_read_or_explained(pieces in prop::collection::vec(piece(), 0..60)) {
        read_soon(&pieces.concat());
        prop_assert!(Recording::read(&pieces.concat()).is_err());
    }

    #[test]
    fn a_changed_file_is_read_or_explained(
        changes in prop::collection::vec((any::<usize>(), 0..30_usize, piece()), 1..5)
    ) {
        let text = changes.iter().fold(GOOD.clone(), |text, (at, removed, piece)| changed(&text, *at, *removed, piece));
        read_soon(&text);
    }
}

#[test]
fn text_made_to_grow_is_refused_soon() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let items = format!("*a{}, ", level - 1).repeat(10);
        laughs += &format!("a{level}: &a{level} [{items}]\n");
    }
    let many = format!(
        "{}{}",
        common::head(),
        "  - { scenario: a, expect: { end: completed } }\n".repeat(10_000)
    );
    for text in [
        laughs,
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "a".repeat(1_000_000),
        many,
    ] {
        assert!(!read_soon(&text));
    }
}

#[test]
fn a_scenario_with_many_answers_is_played_soon() {
    let replies = "      - { at: 1s, reply: stock.succeeded }\n".repeat(900);
    let text = format!(
        "{}  - scenario: many answers\n    happens:\n{replies}    expect: {{ end: completed, never: [] }}\n",
        common::head()
    );
    let began = Instant::now();
    let results = common::run(&text);
    assert_eq!(results.failed(), 0, "{}", palinode_scenario::text(&results));
    assert!(began.elapsed() < LONGEST);
}
