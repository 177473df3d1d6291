//! How two definitions differ, in words: by what is written, thing by thing, in whatever order it stands.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// Everything in which `after` differs from `before`, a sentence each.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &[], before, after, &mut found);
    found
}

/// Compares two values at `path` within `thing` (a step, an emitted event; empty for the definition itself).
fn compare(thing: &str, path: &[&str], before: &Json, after: &Json, found: &mut Vec<String>) {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => {
            for name in names(before, after) {
                let path = [path, &[name]].concat();
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => compare(thing, &path, before, after, found),
                    (Some(before), None) => {
                        found.push(told(
                            thing,
                            &format!("{} is gone (was {})", words(&path), short(before)),
                        ));
                    }
                    (None, Some(after)) => {
                        found.push(told(thing, &format!("{} is new: {}", words(&path), short(after))));
                    }
                    (None, None) => {}
                }
            }
        }
        (Json::Array(before), Json::Array(after)) if before.iter().chain(after).any(Json::is_object) => {
            things(thing, path, before, after, found);
        }
        (Json::Array(before), Json::Array(after)) => {
            let all = |list: &[Json]| -> BTreeSet<String> { list.iter().map(short).collect() };
            let (before, after) = (all(before), all(after));
            let listed = |set: Vec<&String>| set.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let (more, less) = (
                listed(after.difference(&before).collect()),
                listed(before.difference(&after).collect()),
            );
            if !more.is_empty() {
                found.push(told(thing, &format!("{} names {more} in addition", words(path))));
            }
            if !less.is_empty() {
                found.push(told(thing, &format!("{} does not name {less} any more", words(path))));
            }
        }
        _ if before != after => {
            found.push(told(
                thing,
                &format!("{} is {} (was {})", words(path), short(after), short(before)),
            ));
        }
        _ => {}
    }
}

/// Compares lists whose items have names of their own.
fn things(thing: &str, path: &[&str], before: &[Json], after: &[Json], found: &mut Vec<String>) {
    let kind = match path.last() {
        Some(&"steps" | &"alternatives") => "step",
        Some(&"emits") => "emitted event",
        _ => "item",
    };
    let within = |name: &str| {
        let inner = format!("{kind} '{name}'");
        if thing.is_empty() {
            inner
        } else {
            format!("{thing}, {inner}")
        }
    };
    let before = named(before);
    let after = named(after);
    for (name, item) in &before {
        match after.iter().find(|(other, _)| other == name) {
            Some((_, other)) => compare(&within(name), &[], item, other, found),
            None => found.push(format!("{} is gone", within(name))),
        }
    }
    for (name, item) in &after {
        if !before.iter().any(|(other, _)| other == name) {
            let waits = item.get("after").map(|after| format!(", after {}", short(after)));
            found.push(format!("{} is new{}", within(name), waits.unwrap_or_default()));
        }
    }
    let order = |list: &[(String, &Json)], other: &[(String, &Json)]| -> Vec<String> {
        let common = list.iter().filter(|(name, _)| other.iter().any(|(it, _)| it == name));
        common.map(|(name, _)| name.clone()).collect()
    };
    if kind == "step" && order(&before, &after) != order(&after, &before) {
        found.push(told(
            thing,
            "the steps stand in another order, which means nothing by itself",
        ));
    }
}

/// The items of a list by what tells them apart: an id, or what they are about; a number when that stands twice.
fn named(list: &[Json]) -> Vec<(String, &Json)> {
    let mut named: Vec<(String, &Json)> = Vec::with_capacity(list.len());
    for item in list {
        let name = ["id", "choice", "message", "name"]
            .iter()
            .find_map(|key| item.get(key)?.as_str())
            .map_or_else(|| short(item), str::to_owned);
        let same = named.iter().filter(|(other, _)| *other == name).count();
        let name = if same == 0 {
            name
        } else {
            format!("{name} ({})", same + 1)
        };
        named.push((name, item));
    }
    named
}

fn names<'a>(before: &'a Map<String, Json>, after: &'a Map<String, Json>) -> Vec<&'a str> {
    let new = after.keys().filter(|name| !before.contains_key(*name));
    before.keys().chain(new).map(String::as_str).collect()
}

/// `[compensation, command, fields, amount]` → `the field 'amount' of the command of the compensation`.
fn words(path: &[&str]) -> String {
    let Some((last, within)) = path.split_last() else {
        return "it".into();
    };
    let mut words = match within.last() {
        Some(&"fields") => format!("the field '{last}'"),
        _ => format!("'{last}'"),
    };
    for part in within.iter().rev().filter(|part| **part != "fields") {
        words.push_str(&format!(" of the {part}"));
    }
    words
}

fn told(thing: &str, what: &str) -> String {
    if thing.is_empty() {
        what.to_owned()
    } else {
        format!("{thing}: {what}")
    }
}

/// A value as people write it.
fn short(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(short).collect::<Vec<_>>().join(", "),
        Json::Object(map) => {
            let pairs = map.iter().map(|(key, value)| format!("{key}: {}", short(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "
saga: order
version: 1
deadline: 72h
emits:
  - { on: [started, completed], topic: t, message: shop.Status, fields: { id: start.id } }
steps:
  - id: payment
    timeout: 5s
    retry: { attempts: 3 }
    compensation: { command: { message: Refund, fields: { amount: start.total } } }
  - { id: packing, after: [payment], when: start.big }
";

    fn diff(after: &str) -> Vec<String> {
        let parse = |text: &str| -> Json { serde_saphyr::from_str(text).unwrap() };
        differences(&parse(BEFORE), &parse(after))
    }

    #[test]
    fn comments_and_layout_are_no_difference() {
        let spaced = BEFORE
            .replace("timeout: 5s", "timeout: 5s # short")
            .replace("72h", "'72h'");
        assert_eq!(diff(&spaced), [""; 0]);
    }

    #[test]
    fn every_difference_is_a_sentence() {
        let after = BEFORE
            .replace("version: 1", "version: 2")
            .replace("timeout: 5s", "timeout: 10s")
            .replace("attempts: 3", "attempts: 3, max: 1m")
            .replace("start.total", "start.sum")
            .replace("[started, completed]", "[started, compensated]")
            .replace(
                "  - { id: packing, after: [payment], when: start.big }",
                "  - { id: fraud, after: [payment] }",
            );
        assert_eq!(
            diff(&after),
            [
                "emitted event 'shop.Status': 'on' names compensated in addition",
                "emitted event 'shop.Status': 'on' does not name completed any more",
                "step 'payment': the field 'amount' of the command of the compensation is start.sum (was start.total)",
                "step 'payment': 'max' of the retry is new: 1m",
                "step 'payment': 'timeout' is 10s (was 5s)",
                "step 'packing' is gone",
                "step 'fraud' is new, after payment",
                "'version' is 2 (was 1)",
            ]
        );
    }
}
