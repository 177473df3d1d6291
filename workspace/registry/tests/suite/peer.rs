//! A registry that the scenarios are run against.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Call, Expect, Scenario};

/// A registry, and what it is known to do otherwise.
pub(crate) struct Peer {
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) differences: Vec<Difference>,
    http: reqwest::Client,
}

/// Something that a peer does otherwise.
pub(crate) struct Difference {
    pub(crate) scenario: &'static str,
    /// What the peer does, in words.
    pub(crate) reason: &'static str,
    /// The numbers of the calls, from 1 on, and the responses that they get instead. None: the scenario as a whole goes
    /// otherwise.
    pub(crate) calls: Vec<(usize, Expect)>,
}

impl Peer {
    pub(crate) fn new(base: impl Into<String>, differences: Vec<Difference>) -> Peer {
        // The client asks for one even without https; a second test finds the first one's.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Peer {
            base: base.into(),
            differences,
            http: reqwest::Client::new(),
        }
    }

    /// Plays a scenario and gives what went otherwise than expected, one line a call.
    pub(crate) async fn play(&self, scenario: &Scenario) -> Vec<String> {
        let name = &scenario.name;
        let known: Vec<&Difference> = self.differences.iter().filter(|known| known.scenario == name).collect();
        let failures = self.play_all(scenario, &known).await;
        match known.iter().find(|known| known.calls.is_empty()) {
            None => failures,
            Some(known) if failures.is_empty() => vec![format!("{name}: is not so, though listed: {}", known.reason)],
            Some(_) => Vec::new(),
        }
    }

    async fn play_all(&self, scenario: &Scenario, known: &[&Difference]) -> Vec<String> {
        let (mut kept, mut failures) = (BTreeMap::new(), Vec::new());
        for (number, call) in (1..).zip(&scenario.calls) {
            let (status, body) = self.send(call, &kept).await;
            let objection = |expected: &Expect| objection(&filled(expected, &kept), status, &body);
            let wrong = match otherwise(known, number) {
                None => objection(&call.expected),
                Some(_) if objection(&call.expected).is_none() => {
                    Some("does not differ, though it is listed".to_owned())
                }
                Some(other) => objection(other),
            };
            if let Some(wrong) = wrong {
                let (name, Call { method, path, .. }) = (&scenario.name, call);
                failures.push(format!(
                    "{name}, {number}: {method} {path}: {wrong}; got {status} {body}"
                ));
            }
            if let Some((name, place)) = call.kept
                && let Some(value) = body.pointer(place)
            {
                kept.insert(name, value.clone());
            }
        }
        failures
    }

    async fn send(&self, call: &Call, kept: &BTreeMap<&str, Value>) -> (u16, Value) {
        let url = format!("{}{}", self.base, with(&call.path, kept));
        let method = reqwest::Method::from_bytes(call.method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url);
        if let Some(body) = &call.body {
            request = request
                .header("content-type", "application/vnd.schemaregistry.v1+json")
                .body(with_in(body, kept).to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// The response that a call is known to get instead of the expected one.
fn otherwise<'a>(known: &[&'a Difference], number: usize) -> Option<&'a Expect> {
    let mut calls = known.iter().flat_map(|known| &known.calls);
    calls.find(|(at, _)| *at == number).map(|(_, expected)| expected)
}

fn objection(expected: &Expect, status: u16, body: &Value) -> Option<String> {
    if expected.status != status {
        return Some(format!("expected status {}", expected.status));
    }
    expected.says.objection(body)
}

fn filled(expected: &Expect, kept: &BTreeMap<&str, Value>) -> Expect {
    let mut filled = expected.clone();
    if let super::Says::Json(body) = &mut filled.says {
        *body = with_in(body, kept);
    }
    filled
}

/// The text with what was kept in the places of its names.
fn with(text: &str, kept: &BTreeMap<&str, Value>) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value.as_str().unwrap_or(&value.to_string()))
    })
}

/// The same in a body, where a text that is nothing but a name becomes the value itself.
fn with_in(body: &Value, kept: &BTreeMap<&str, Value>) -> Value {
    match body {
        Value::String(text) => kept
            .iter()
            .find(|(name, _)| *text == format!("{{{name}}}"))
            .map_or_else(|| body.clone(), |(_, value)| value.clone()),
        Value::Array(items) => items.iter().map(|item| with_in(item, kept)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), with_in(value, kept)));
            members.collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
