//! Values as text, and how they differ from what a scenario expects.

use palinode_core::Value;

use crate::document::{Fields, Kind, Node};

/// Characters of one value that a story shows.
const TOLD_CHARS_MAX: usize = 200;

/// A value on one line, as YAML and JSON write it.
pub(crate) fn told(value: &Value) -> String {
    let text = whole(value);
    if text.chars().count() <= TOLD_CHARS_MAX {
        return text;
    }
    text.chars().take(TOLD_CHARS_MAX).chain("…".chars()).collect()
}

fn whole(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Long(number) => number.to_string(),
        Value::Double(number) => format!("{number:?}"),
        Value::String(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        Value::List(items) => format!("[{}]", items.iter().map(whole).collect::<Vec<_>>().join(", ")),
        Value::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", whole(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// How `actual` differs from what is expected of some of its fields; nothing when it does not.
pub(crate) fn difference(expected: &Fields, actual: &Value) -> Option<String> {
    let Value::Record(fields) = actual else {
        return Some("it has no fields".into());
    };
    expected.0.iter().find_map(
        |(key, node)| match fields.iter().find(|(name, _)| name.as_str() == key.name) {
            Some((_, value)) => of_value(&key.name, node, value),
            None => Some(format!("it has no field '{}'", key.name)),
        },
    )
}

fn of_value(path: &str, expected: &Node, actual: &Value) -> Option<String> {
    let differs = |wanted: String| Some(format!("its field '{path}' is {}, not {wanted}", told(actual)));
    match (&expected.kind, actual) {
        (Kind::Mapping(entries), Value::Record(fields)) => entries.iter().find_map(|(key, node)| {
            let inner = format!("{path}.{}", key.name);
            match fields.iter().find(|(name, _)| name.as_str() == key.name) {
                Some((_, value)) => of_value(&inner, node, value),
                None => Some(format!("it has no field '{inner}'")),
            }
        }),
        (Kind::List(wanted), Value::List(items)) => {
            if wanted.len() != items.len() {
                return differs(format!("{} item(s)", wanted.len()));
            }
            let mut pairs = wanted.iter().zip(items).enumerate();
            pairs.find_map(|(at, (node, item))| of_value(&format!("{path}.{at}"), node, item))
        }
        (wanted, actual) if is_equal(wanted, actual) => None,
        (wanted, _) => differs(written(wanted)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a whole number that a scenario compares with a double is small"
)]
fn is_equal(expected: &Kind, actual: &Value) -> bool {
    match (expected, actual) {
        (Kind::Nothing, Value::Null) => true,
        (Kind::Boolean(expected), Value::Boolean(actual)) => expected == actual,
        (Kind::Integer(expected), Value::Long(actual)) => *expected == i128::from(*actual),
        (Kind::Integer(expected), Value::Double(actual)) => *expected as f64 == *actual,
        (Kind::Float(expected), Value::Double(actual)) => expected == actual,
        (Kind::Text(expected), Value::String(actual)) => **expected == **actual,
        (Kind::Text(expected), Value::Bytes(actual)) => expected.as_bytes() == &actual[..],
        (Kind::Text(expected), Value::Long(actual)) => expected
            .parse::<jiff::Timestamp>()
            .is_ok_and(|time| time.as_millisecond() == *actual),
        _ => false,
    }
}

fn written(kind: &Kind) -> String {
    match kind {
        Kind::Nothing => "null".into(),
        Kind::Boolean(truth) => truth.to_string(),
        Kind::Integer(number) => number.to_string(),
        Kind::Float(number) => format!("{number:?}"),
        Kind::Text(text) => format!("{text:?}"),
        Kind::List(_) | Kind::Mapping(_) => kind.described().into(),
    }
}
