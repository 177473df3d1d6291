//! The functions that expressions have: those of CEL and those on text, without CEL's times and time spans.

use std::sync::Arc;

use cel::{Context, Env, ExecutionError, Value, extensions};

use crate::{limits::LIST_ITEMS_MAX, suggest};

/// The guard in front of every walk. No expression can spell its name.
pub(super) const LIST_GUARD: &str = "@list";

/// What a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Text,
    Texts,
    Whole,
    /// Text, bytes, a list, a map or a record.
    Sized,
    /// A number, or text that says one.
    Number,
    /// A number, text, bytes, or true or false.
    Plain,
    /// True or false, or text that says so.
    Truth,
    /// Text or bytes.
    Bytes,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    Truth,
    Text,
    Texts,
    Long,
    Double,
    Bytes,
    /// A number from 0.
    Length,
    /// A number from -1.
    Position,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `size(x)`
    Before,
    /// `x.trim()`
    Behind,
    /// Both.
    Either,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) style: Style,
    /// What it takes; what stands in front of the dot is the first.
    pub(crate) takes: &'static [Takes],
    /// How many of these must be given.
    pub(crate) least: usize,
    pub(crate) gives: Gives,
    /// How it is written and what it gives.
    pub(crate) meaning: (&'static str, &'static str),
}

macro_rules! functions {
    ($($name:literal $style:ident ($($takes:ident),+) $least:literal $gives:ident: $form:literal, $meaning:literal;)+) => {
        &[$(Function {
            name: $name,
            style: Style::$style,
            takes: &[$(Takes::$takes),+],
            least: $least,
            gives: Gives::$gives,
            meaning: ($form, $meaning),
        },)+]
    };
}

/// What an expression may call, beside operators and walks, by name.
pub(crate) const FUNCTIONS: &[Function] = functions![
    "bool" Before (Truth) 1 Truth: "bool(text)", "true for 'true', false for 'false'; other text has no value";
    "bytes" Before (Bytes) 1 Bytes: "bytes(text)", "the text in UTF-8";
    "charAt" Behind (Text, Whole) 2 Text: "text.charAt(n)", "the letter at place n, counted from 0";
    "contains" Behind (Text, Text) 2 Truth: "text.contains(part)", "whether the part stands in the text";
    "double" Before (Number) 1 Double: "double(number or text)", "the number with a fraction";
    "endsWith" Behind (Text, Text) 2 Truth: "text.endsWith(part)", "whether the text ends so";
    "indexOf" Behind (Text, Text, Whole) 2 Position: "text.indexOf(part)", "where the part first stands, or -1; a third value says from where on";
    "int" Before (Number) 1 Long: "int(number or text)", "the whole number; a fraction is cut off";
    "join" Behind (Texts, Text) 1 Text: "texts.join(', ')", "the texts of a list as one";
    "lastIndexOf" Behind (Text, Text, Whole) 2 Position: "text.lastIndexOf(part)", "where the part last stands, or -1";
    "lowerAscii" Behind (Text) 1 Text: "text.lowerAscii()", "with the letters A to Z made small";
    "matches" Either (Text, Text) 2 Truth: "text.matches('^[0-9]+$')", "whether a regular expression (RE2) is found in the text";
    "replace" Behind (Text, Text, Text, Whole) 3 Text: "text.replace('-', '')", "with every part replaced; a fourth value says how many at most";
    "size" Either (Sized) 1 Length: "size(list)", "how many items, letters or bytes";
    "split" Behind (Text, Text, Whole) 2 Texts: "text.split(',')", "the parts between the separators, as a list";
    "startsWith" Behind (Text, Text) 2 Truth: "text.startsWith(part)", "whether the text begins so";
    "string" Before (Plain) 1 Text: "string(value)", "a number, true or false, or bytes in UTF-8, as text";
    "substring" Behind (Text, Whole, Whole) 2 Text: "text.substring(from, to)", "the letters from one place to before another, or to the end";
    "trim" Behind (Text) 1 Text: "text.trim()", "without blanks at both ends";
    "upperAscii" Behind (Text) 1 Text: "text.upperAscii()", "with the letters a to z made large";
];

/// What the parser turns into walks and tests: how each is written and what it gives.
pub(crate) const WALKS: &[(&str, &str, &str)] = &[
    (
        "all",
        "list.all(i, i.count > 0)",
        "whether it holds for all items; so it does for none",
    ),
    ("exists", "list.exists(i, i.count > 9)", "whether it holds for an item"),
    (
        "exists_one",
        "list.exists_one(i, i.first)",
        "whether it holds for exactly one item",
    ),
    ("filter", "list.filter(i, i.count > 0)", "the items for which it holds"),
    (
        "has",
        "has(start.note)",
        "whether there is such a value and it is not null",
    ),
    (
        "map",
        "list.map(i, i.sku)",
        "a value for each item; with three parts, for those for which the second holds",
    ),
];

/// Whether `name` is one of the parser's own, an operator, with signs in it.
fn is_operator(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The function called `name`.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// What is wrong with a call of `name`, and a hint.
pub(super) fn mistake(name: &str, behind: bool, arguments: usize) -> Option<(crate::Code, String, Option<String>)> {
    if is_operator(name) {
        return None;
    }
    let Some(function) = function(name) else {
        let known = FUNCTIONS.iter().map(|function| function.name);
        let hint = suggest::nearest(name, known.chain(WALKS.iter().map(|(name, ..)| *name)));
        return Some((
            crate::Code::UnknownFunction,
            format!("expressions have no function '{name}'"),
            hint,
        ));
    };
    let given = arguments + usize::from(behind);
    let style = match function.style {
        Style::Before => !behind,
        Style::Behind => behind,
        Style::Either => true,
    };
    if style && (function.least..=function.takes.len()).contains(&given) {
        return None;
    }
    let (form, meaning) = function.meaning;
    let message = format!("'{name}' is not called like this");
    Some((crate::Code::WrongArguments, message, Some(format!("{form}: {meaning}"))))
}

/// A context with every function. Building one takes tens of microseconds, so that each thread keeps one.
pub(super) fn context() -> Context<'static, 'static> {
    let mut env = Env::stdlib();
    let added = env.add_extension(extensions::strings);
    assert!(
        added.is_ok(),
        "the functions on text can be added to a new environment: {added:?}"
    );
    let mut context = Context::with_env(Arc::new(env));
    let added = context.add_function(LIST_GUARD, list);
    assert!(added.is_ok(), "the guard can be added to a new context: {added:?}");
    context
}

fn list(value: Value) -> Result<Value, ExecutionError> {
    let refuse = |reason: String| Err(ExecutionError::function_error("walk", reason));
    match &value {
        Value::List(items) if items.len() <= LIST_ITEMS_MAX => Ok(value),
        Value::List(items) => refuse(format!("a list has {} items, more than {LIST_ITEMS_MAX}", items.len())),
        Value::Null => refuse("there is no list to walk over".into()),
        other => refuse(format!("only a list can be walked over, not a {}", other.type_of())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn every_function_and_walk_is_written_as_its_meaning_says() {
        let forms = FUNCTIONS.iter().map(|function| function.meaning.0);
        for form in forms.chain(WALKS.iter().map(|(_, form, _)| *form)) {
            let written = form
                .replace("number or text", "start.value")
                .replace("texts", "start.texts")
                .replace("(text)", "(start.text)")
                .replace("text.", "start.text.")
                .replace("(part)", "('a')")
                .replace("(value)", "(start.value)")
                .replace("(list)", "(start.list)")
                .replace("list.", "start.list.")
                .replace("(n)", "(1)")
                .replace("from, to", "1, 2");
            assert!(crate::expression::compile(&written).is_ok(), "{form}: {written}");
        }
    }

    #[test]
    fn a_function_is_called_as_it_is_written() {
        assert_eq!(mistake("size", true, 0), None);
        assert_eq!(mistake("size", false, 1), None);
        assert_eq!(mistake("_+_", false, 2), None);
        for (name, behind, arguments) in [
            ("size", false, 2),
            ("trim", false, 1),
            ("int", true, 0),
            ("split", true, 0),
        ] {
            let (code, _, hint) = mistake(name, behind, arguments).unwrap();
            assert_eq!(code, Code::WrongArguments, "{name}");
            assert!(hint.is_some());
        }
    }
}
