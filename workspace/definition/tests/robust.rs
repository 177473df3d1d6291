//! Whatever the text, reading it ends soon with a plan or with diagnostics.

use std::time::{Duration, Instant};

use palinode_definition::{Diagnostics, compile_expression, read};
use proptest::prelude::*;

const GOOD: &str = include_str!("../../../sagas/order-fulfilment.yaml");

/// Far above what any text takes (milliseconds), far below what a person would call hanging.
const LONGEST: Duration = Duration::from_secs(5);

fn read_soon(text: &str) -> Result<(), Diagnostics> {
    let began = Instant::now();
    let result = read("any.yaml", text).map(|_| ());
    if let Err(diagnostics) = &result {
        assert!(diagnostics.iter().count() > 0);
        assert!(!diagnostics.to_string().is_empty());
    }
    assert!(began.elapsed() < LONGEST, "{:?} for {text}", began.elapsed());
    result
}

/// Pieces that mean something to YAML or to CEL.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        ": ", "- ", "\n", "  ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "<<: ", "|", ">", "#", "!!str ", "---\n",
        "?", "\t", "steps", "start.", "(", ")", "&&", "?:", ".map(x, ", "has(", "1", "-", "é", "\u{feff}", "\0", "\r",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

/// A cut, an insertion or a swap of lines.
#[derive(Clone, Debug)]
enum Change {
    Remove(usize, usize),
    Insert(usize, String),
    SwapLines(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (any::<usize>(), piece()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Change::SwapLines(a, b)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    match change {
        Change::Remove(at, count) => {
            let at = at % (letters.len() + 1);
            letters.drain(at..letters.len().min(at + count));
        }
        Change::Insert(at, piece) => {
            let at = at % (letters.len() + 1);
            letters.splice(at..at, piece.chars());
        }
        Change::SwapLines(a, b) => {
            let mut lines: Vec<&str> = text.split('\n').collect();
            let count = lines.len();
            lines.swap(a % count, b % count);
            return lines.join("\n");
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_text_is_read_or_explained(pieces in prop::collection::vec(piece(), 0..60)) {
        let _ = read_soon(&pieces.concat());
    }

    #[test]
    fn a_changed_definition_is_read_or_explained(changes in prop::collection::vec(change(), 1..6)) {
        let _ = read_soon(&changes.iter().fold(GOOD.to_owned(), |text, change| changed(&text, change)));
    }

    #[test]
    fn a_random_expression_is_compiled_or_explained(pieces in prop::collection::vec(piece(), 0..30)) {
        let began = Instant::now();
        let _ = compile_expression(&pieces.concat());
        prop_assert!(began.elapsed() < LONGEST);
    }
}

#[test]
fn text_made_to_grow_is_refused_soon() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let items = format!("*a{before}, ").repeat(10);
        laughs += &format!("a{level}: &a{level} [{items}]\n");
    }
    for text in [
        laughs,
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "a".repeat(1_000_000),
        "{a: ".repeat(10_000),
    ] {
        assert!(read_soon(&text).is_err());
    }
}

#[test]
fn expressions_made_to_be_deep_are_refused_soon() {
    let deep = [
        format!("{}1", "!".repeat(900)),
        format!("{}1", "-".repeat(900)),
        format!("start{}", ".a".repeat(490)),
        format!("start{}", "[0]".repeat(300)),
        format!("1{}", "+1".repeat(490)),
        format!("{}1", "true?1:".repeat(140)),
        format!("start.a{}", ".trim()".repeat(140)),
        format!("{}1{}", "(".repeat(499), ")".repeat(499)),
    ];
    for text in deep {
        let began = Instant::now();
        let _ = compile_expression(&text);
        assert!(began.elapsed() < LONGEST, "{:?} for {text}", began.elapsed());
    }
}
