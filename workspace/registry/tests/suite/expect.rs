//! What is expected of a response.

use serde_json::Value;

/// A status, and what the body must say at least.
#[derive(Clone, Debug)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    pub(crate) says: Says,
}

/// What a body must say at least.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// Anything.
    Anything,
    /// These members of objects, these whole lists, these values.
    Json(Value),
    /// This error code, and any message.
    Refusal(u32),
    /// A text, somewhere in the body.
    Text(&'static str),
    /// A list with this in it.
    Lists(&'static str),
    /// A list without this in it.
    Lacks(&'static str),
}

impl Expect {
    pub(crate) fn done() -> Expect {
        anything(200)
    }
}

pub(crate) fn anything(status: u16) -> Expect {
    Expect {
        status,
        says: Says::Anything,
    }
}

/// Success, with at least this in the body.
pub(crate) fn json(body: Value) -> Expect {
    Expect {
        status: 200,
        says: Says::Json(body),
    }
}

/// Success, with a list that has this in it.
pub(crate) fn lists(item: &'static str) -> Expect {
    Expect {
        status: 200,
        says: Says::Lists(item),
    }
}

/// Success, with a list that does not have this in it.
pub(crate) fn lacks(item: &'static str) -> Expect {
    Expect {
        status: 200,
        says: Says::Lacks(item),
    }
}

/// A response with this text in it.
pub(crate) fn text(status: u16, text: &'static str) -> Expect {
    Expect {
        status,
        says: Says::Text(text),
    }
}

/// A refusal whose status stands in the first digits of its code.
pub(crate) fn refused(code: u32) -> Expect {
    let status = if code > 999 { code / 100 } else { code };
    Expect {
        status: status as u16,
        says: Says::Refusal(code),
    }
}

/// The body that carries a schema.
pub(crate) fn schema(text: impl Into<String>) -> Value {
    serde_json::json!({ "schema": text.into() })
}

impl Says {
    /// What is missing or otherwise in the body.
    pub(crate) fn objection(&self, body: &Value) -> Option<String> {
        match self {
            Says::Anything => None,
            Says::Json(expected) => {
                differs(expected, body, "").map(|place| format!("expected {expected} at '{place}'"))
            }
            Says::Text(text) => (!body.to_string().contains(text)).then(|| format!("expected the text {text}")),
            Says::Lists(item) => (!has(body, item)).then(|| format!("expected {item} in a list")),
            Says::Lacks(item) => {
                (!body.is_array() || has(body, item)).then(|| format!("expected a list without {item}"))
            }
            Says::Refusal(code) => {
                let message = body["message"].as_str().unwrap_or_default();
                (body["error_code"] != *code || message.is_empty())
                    .then(|| format!("expected error code {code} and a message"))
            }
        }
    }
}

fn has(body: &Value, item: &str) -> bool {
    body.as_array()
        .is_some_and(|items| items.iter().any(|found| found == item))
}

/// The first place where the body lacks something, or says something else.
fn differs(expected: &Value, body: &Value, place: &str) -> Option<String> {
    match (expected, body) {
        (Value::Object(expected), Value::Object(body)) => expected.iter().find_map(|(name, value)| {
            let found = body.get(name).unwrap_or(&Value::Null);
            differs(value, found, &format!("{place}/{name}"))
        }),
        (Value::Array(expected), Value::Array(body)) if expected.len() == body.len() => expected
            .iter()
            .zip(body)
            .enumerate()
            .find_map(|(index, (expected, found))| differs(expected, found, &format!("{place}/{index}"))),
        _ => (expected != body).then(|| place.to_owned()),
    }
}
