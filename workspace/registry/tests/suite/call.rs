//! Calls, and scenarios made of them.

use serde_json::Value;

use super::Expect;

/// Calls that belong together, on subjects of their own.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) calls: Vec<Call>,
}

impl Scenario {
    pub(crate) fn new(name: impl Into<String>, calls: Vec<Call>) -> Scenario {
        let name = name.into();
        Scenario { name, calls }
    }
}

/// One request, and what is expected of its response. `{name}` in the path and the bodies stands for what was kept under
/// that name.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) expected: Expect,
    /// The name under which a number of the reply is kept, and where in the reply it stands.
    pub(crate) kept: Option<(&'static str, &'static str)>,
}

pub(crate) fn get(path: impl Into<String>) -> Call {
    call("GET", path, None)
}

pub(crate) fn delete(path: impl Into<String>) -> Call {
    call("DELETE", path, None)
}

pub(crate) fn post(path: impl Into<String>, body: Value) -> Call {
    call("POST", path, Some(body))
}

pub(crate) fn put(path: impl Into<String>, body: Value) -> Call {
    call("PUT", path, Some(body))
}

fn call(method: &'static str, path: impl Into<String>, body: Option<Value>) -> Call {
    Call {
        method,
        path: path.into(),
        body,
        expected: Expect::done(),
        kept: None,
    }
}

impl Call {
    /// What is expected instead of any success.
    pub(crate) fn gives(mut self, expected: Expect) -> Call {
        self.expected = expected;
        self
    }

    /// Keeps a number of the reply under a name; `place` is a JSON pointer.
    pub(crate) fn keep(mut self, name: &'static str, place: &'static str) -> Call {
        self.kept = Some((name, place));
        self
    }
}
