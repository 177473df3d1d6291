//! What each of the seven levels allows.

use serde_json::json;

use super::schemas::{AMOUNT, AMOUNT_OR_0, ID, ID_AS_LONG, NOTE, record};
use crate::suite::{Scenario, json, post, put, schema};

const NONE: &str = "NONE";
const BACKWARD: [&str; 2] = ["BACKWARD", "BACKWARD_TRANSITIVE"];
const FORWARD: [&str; 2] = ["FORWARD", "FORWARD_TRANSITIVE"];
const FULL: [&str; 2] = ["FULL", "FULL_TRANSITIVE"];

/// A change, after two earlier versions, and the levels that allow it.
struct Change {
    name: &'static str,
    earlier: [&'static [&'static str]; 2],
    new: &'static [&'static str],
    allowed: Vec<&'static str>,
}

fn changes() -> Vec<Change> {
    let optional_since: [&[&str]; 2] = [&[ID], &[ID, AMOUNT_OR_0]];
    let optional_after: [&[&str]; 2] = [&[ID, AMOUNT], &[ID, AMOUNT_OR_0]];
    vec![
        Change {
            name: "required after it was optional",
            earlier: optional_since,
            new: &[ID, AMOUNT],
            allowed: vec![NONE, BACKWARD[0], FORWARD[0], FORWARD[1], FULL[0]],
        },
        Change {
            name: "gone after it was optional",
            earlier: optional_after,
            new: &[ID],
            allowed: vec![NONE, BACKWARD[0], BACKWARD[1], FORWARD[0], FULL[0]],
        },
        Change {
            name: "another type",
            earlier: optional_since,
            new: &[ID_AS_LONG, AMOUNT_OR_0],
            allowed: vec![NONE],
        },
        Change {
            name: "a required field is gone",
            earlier: optional_since,
            new: &[AMOUNT_OR_0],
            allowed: vec![NONE, BACKWARD[0], BACKWARD[1]],
        },
        Change {
            name: "a required field is new",
            earlier: optional_since,
            new: &[ID, AMOUNT_OR_0, NOTE],
            allowed: vec![NONE, FORWARD[0], FORWARD[1]],
        },
        Change {
            name: "nothing",
            earlier: optional_since,
            new: &[ID, AMOUNT_OR_0],
            allowed: [&[NONE], &BACKWARD[..], &FORWARD[..], &FULL[..]].concat(),
        },
    ]
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let levels = [&[NONE], &BACKWARD[..], &FORWARD[..], &FULL[..]].concat();
    let change = |(index, change): (usize, Change)| {
        let subject = format!("levels.{index}");
        let check = format!("/compatibility/subjects/{subject}/versions");
        let mut calls = vec![put(format!("/config/{subject}"), json!({"compatibility": NONE}))];
        calls.extend(change.earlier.map(|fields| {
            post(
                format!("/subjects/{subject}/versions"),
                schema(record(&format!("Changed{index}"), fields)),
            )
        }));
        for level in &levels {
            calls.push(put(format!("/config/{subject}"), json!({"compatibility": level})));
            let is_compatible = change.allowed.contains(level);
            calls.push(
                post(&check, schema(record(&format!("Changed{index}"), change.new)))
                    .gives(json(json!({"is_compatible": is_compatible}))),
            );
        }
        Scenario::new(format!("levels: {}", change.name), calls)
    };
    changes().into_iter().enumerate().map(change).collect()
}
