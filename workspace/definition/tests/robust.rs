//! Whatever the text, reading it ends soon with a plan or with diagnostics.

mod support;

use std::{
    fmt::Write as _,
    sync::LazyLock,
    time::{Duration, Instant},
};

use palinode_definition::{Code, Definition, Diagnostics, check_schemas, compile_expression, limits};
use proptest::prelude::*;

/// Texts that are right.
static GOOD: LazyLock<Vec<String>> =
    LazyLock::new(|| support::definitions().into_iter().map(|(_, text)| text).collect());

/// Far above what any text takes (milliseconds), far below what a person would call hanging.
const LONGEST: Duration = Duration::from_secs(5);

fn read_soon(text: &str) -> Result<(), Diagnostics> {
    let began = Instant::now();
    let result = Definition::read_bytes("any.yaml", text.as_bytes());
    match &result {
        Ok(definition) => drop(check_schemas(definition, &support::schema)),
        Err(diagnostics) => told(diagnostics, text),
    }
    assert!(began.elapsed() < LONGEST, "{:?} for {text}", began.elapsed());
    result.map(drop)
}

/// Every diagnostic has a place in the text, and is told in few words.
fn told(diagnostics: &Diagnostics, text: &str) {
    // A carriage return alone ends a line of YAML, too.
    let lines = text.split(['\n', '\r']).count();
    let count = diagnostics.iter().count();
    assert!((1..=limits::DIAGNOSTICS_MAX).contains(&count), "{count}");
    for diagnostic in diagnostics.iter() {
        let line = diagnostic.location.line as usize;
        assert!((1..=lines).contains(&line), "{line} of {lines}: {diagnostic}");
        assert!(diagnostic.location.column >= 1);
        assert!(diagnostic.to_string().len() < 20_000, "{}", diagnostic.message.len());
    }
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
    fn a_changed_definition_is_read_or_explained(
        which in any::<usize>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let good = GOOD[which % GOOD.len()].clone();
        let _ = read_soon(&changes.iter().fold(good, |text, change| changed(&text, change)));
    }

    #[test]
    fn changed_bytes_are_read_or_explained(
        which in any::<usize>(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = GOOD[which % GOOD.len()].clone().into_bytes();
        for (at, byte) in changes {
            let count = bytes.len();
            bytes[at % count] = byte;
        }
        if let Err(diagnostics) = Definition::read_bytes("any.yaml", &bytes) {
            told(&diagnostics, &String::from_utf8_lossy(&bytes));
        }
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

const HEAD: &str =
    "apiVersion: palinode/v1\nsaga: s\nversion: 1\nowner: o\nstartedBy: { event: a.Started, topic: in }\n";

/// A step that waits, in few letters.
fn waits(id: &str, after: &str) -> String {
    format!("- {{ id: {id}, after: [{after}], wait: {{ for: 1s }} }}\n")
}

fn codes(text: &str) -> Vec<Code> {
    read_soon(text).unwrap_err().iter().map(|found| found.code).collect()
}

#[test]
fn ten_thousand_steps_are_refused_soon() {
    let alone = (0..10_000).fold(String::new(), |text, step| text + &format!("- {{ id: a{step} }}\n"));
    assert!(codes(&format!("{HEAD}steps:\n{alone}")).contains(&Code::LimitExceeded));
    let chain = (1..4_000).fold(waits("a0", ""), |text, step| {
        text + &waits(&format!("a{step}"), &format!("a{}", step - 1))
    });
    assert!(codes(&format!("{HEAD}steps:\n{chain}")).contains(&Code::LimitExceeded));
    let alternatives = (0..4_000).fold(String::new(), |text, step| {
        text + "  " + &waits(&format!("a{step}"), "")
    });
    let choice = format!("{HEAD}steps:\n- choice: all\n  alternatives:\n{alternatives}");
    assert!(codes(&choice).contains(&Code::LimitExceeded));
}

#[test]
fn a_hundred_steps_that_all_wait_for_each_other_are_explained_soon() {
    let names: Vec<String> = (0..100).map(|step| format!("a{step}")).collect();
    let all = names.join(", ");
    let knot = names.iter().fold(String::new(), |text, name| text + &waits(name, &all));
    let found = codes(&format!("{HEAD}steps:\n{knot}"));
    assert!(found.iter().all(|code| *code == Code::Cycle), "{found:?}");
    let ring = (0..100).fold(String::new(), |text, step| {
        text + &waits(&names[step], &names[(step + 1) % 100])
    });
    assert_eq!(codes(&format!("{HEAD}steps:\n{ring}")), [Code::Cycle]);
    let before_all = (0..100).fold(String::new(), |text, step| {
        text + &waits(&names[step], &names[..step].join(", "))
    });
    assert!(read_soon(&format!("{HEAD}steps:\n{before_all}")).is_ok());
}

#[test]
fn numbers_that_are_too_large_are_refused_where_they_stand() {
    for number in [
        "-1",
        "0",
        "1e400",
        "-.inf",
        ".nan",
        "99999999999999999999999999999999999999999999999999",
        "0x7fffffffffffffffffffffffffffffffffffff",
        "1_000_000",
    ] {
        for key in ["attempts", "factor", "jitter"] {
            if (number, key) == ("0", "jitter") {
                continue;
            }
            let text = format!(
                "{HEAD}steps:\n- id: a\n  command: {{ topic: c, message: a.Do, fields: {{}} }}\n  replies: {{ topic: r, succeeded: \
                 a.Done }}\n  retry: {{ {key}: {number} }}\n"
            );
            let found = read_soon(&text).unwrap_err();
            assert!(
                found.iter().all(|found| found.location.line == 10),
                "{key}: {number}: {found}"
            );
        }
        let text = format!("{HEAD}deadline: {number}\nsteps:\n{}", waits("a", ""));
        assert!(
            read_soon(&text)
                .unwrap_err()
                .iter()
                .all(|found| found.location.line == 6),
            "{number}"
        );
    }
}

#[test]
fn text_that_is_too_long_is_refused_before_it_is_read() {
    let long = "x".repeat(1 << 20);
    assert_eq!(codes(&format!("{HEAD}steps: {long}\n")), [Code::LimitExceeded]);
    for key in ["owner", "saga"] {
        let text = format!("apiVersion: palinode/v1\n{key}: {}\n", "x".repeat(200_000));
        let found = read_soon(&text).unwrap_err();
        assert!(found.iter().any(|found| found.location.line == 2), "{found}");
    }
    let fields = (0..200).fold(String::new(), |mut text, field| {
        let _ = writeln!(text, "    f{field}: \"{}\"", "start.a + ".repeat(90) + "start.a");
        text
    });
    let text = format!("{HEAD}outcome:\n  fields:\n{fields}steps:\n{}", waits("a", ""));
    assert!(read_soon(&text).is_ok());
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    let text = GOOD[0].replacen("version: 1", "version: \u{1}", 1);
    assert!(read_soon(&text).is_err());
    let found = Definition::read_bytes("any.yaml", b"apiVersion: palinode/v1\nsaga: \xff\xfe\n").unwrap_err();
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.code, found.location.line, found.location.column))
        .collect();
    assert_eq!(found, [(Code::NotUtf8, 2, 7)]);
    let mut long = vec![b'x'; limits::DEFINITION_BYTES_MAX - 1];
    long.extend("é".as_bytes());
    let found = Definition::read_bytes("any.yaml", &long).unwrap_err();
    assert_eq!(
        found.iter().map(|found| found.code).collect::<Vec<_>>(),
        [Code::LimitExceeded]
    );
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
