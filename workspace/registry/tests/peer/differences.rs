//! What Apicurio 3.3.3 does otherwise than Confluent's registry.

use serde_json::json;

use crate::suite::{Difference, Expect, anything, json, refused};

pub(crate) fn of_apicurio() -> Vec<Difference> {
    [
        settings(),
        subjects(),
        schemas(),
        checks(),
        references(),
        deletion(),
        modes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A refusal with a status of its own.
fn refused_as(status: u16, code: u32) -> Expect {
    Expect {
        status,
        ..refused(code)
    }
}

fn difference(scenario: &'static str, reason: &'static str, calls: Vec<(usize, Expect)>) -> Difference {
    Difference {
        scenario,
        reason,
        calls,
    }
}

fn settings() -> Vec<Difference> {
    let read_write = || json(json!({"mode": "READWRITE"}));
    let none = || json(json!({"compatibilityLevel": "NONE"}));
    vec![
        difference(
            "what holds when nothing is set",
            "the default level is NONE; a subject that does not exist has neither its own level nor the global one; there \
             is one mode for all",
            vec![
                (1, none()),
                (3, refused(40401)),
                (4, refused(40401)),
                (5, read_write()),
                (8, read_write()),
            ],
        ),
        difference(
            "a subject has a level of its own until it is taken back",
            "a subject whose level was taken back is at NONE, whatever the global one",
            vec![(8, none()), (10, anything(200))],
        ),
        difference(
            "the global level counts where a subject has none",
            "the default level is NONE; incompatible is 409",
            vec![(6, none()), (8, refused(409))],
        ),
        difference(
            "a level may be written small",
            "a level is written large",
            vec![(1, refused(42203))],
        ),
        difference(
            "a config may ask for normal forms",
            "a config does not show that it asks for normal forms, and looking up is always by normal form",
            vec![
                (2, json(json!({"compatibilityLevel": "BACKWARD"}))),
                (6, json(json!({"version": 1}))),
            ],
        ),
    ]
}

fn subjects() -> Vec<Difference> {
    vec![
        difference(
            "subjects are listed by prefix and in parts",
            "subjects are listed whole",
            vec![
                (3, anything(200)),
                (4, anything(200)),
                (5, anything(200)),
                (6, anything(200)),
            ],
        ),
        difference(
            "an incompatible version is refused and says why",
            "incompatible is 409",
            vec![(3, refused(409))],
        ),
        difference(
            "a version that is asked for is the next one",
            "the version that is asked for does not count",
            vec![(2, anything(200))],
        ),
        difference(
            "what is not there has its code",
            "a version that is no number does not exist",
            vec![
                (6, refused(40402)),
                (7, refused(40402)),
                (8, refused(40401)),
                (13, refused(40402)),
            ],
        ),
    ]
}

fn schemas() -> Vec<Difference> {
    vec![
        difference(
            "a schema is looked up in its subject",
            "what is no schema is looked up like one",
            vec![(6, refused(40403))],
        ),
        difference(
            "a normalised schema is found by whoever normalises",
            "looking up is always by normal form",
            vec![(2, json(json!({"version": 1})))],
        ),
        difference(
            "what is no schema is refused",
            "a language that nobody knows is a failure of the server",
            vec![(6, anything(500))],
        ),
        difference(
            "what is no request is refused",
            "a mode that nobody knows has the code of a schema that is none; no name is reserved",
            vec![(2, refused(42201)), (4, anything(200))],
        ),
    ]
}

fn checks() -> Vec<Difference> {
    let compatible = |is_compatible: bool| json(json!({"is_compatible": is_compatible}));
    vec![
        difference(
            "a check registers nothing and says why",
            "a check never says why",
            vec![(7, compatible(false)), (8, compatible(true))],
        ),
        difference(
            "checks against what is not there",
            "a subject must be there, a version that is no number does not exist, and a check never says why",
            vec![(2, refused(40401)), (6, refused(40402)), (8, refused(42201))],
        ),
        difference(
            "levels: required after it was optional",
            "a check that names no version looks at all of them, whatever the level",
            vec![(7, compatible(false)), (15, compatible(false))],
        ),
        difference(
            "levels: gone after it was optional",
            "a check that names no version looks at all of them, whatever the level",
            vec![(11, compatible(false)), (15, compatible(false))],
        ),
    ]
}

fn references() -> Vec<Difference> {
    vec![
        difference(
            "a type that moved into the schema is the same type",
            "a schema with references is not compared with one that has its types in place",
            vec![(3, refused(42201)), (4, refused(40403))],
        ),
        difference(
            "what is referred to is not deleted",
            "what was deleted still refers until it is gone for good",
            vec![(6, anything(200)), (7, refused(42206)), (10, refused_as(409, 40405))],
        ),
        difference(
            "a reference to the latest version is one to that version",
            "a reference names a version by its number",
            vec![(2, refused(42201)), (3, json(json!([])))],
        ),
    ]
}

fn deletion() -> Vec<Difference> {
    vec![
        difference(
            "a subject is deleted first, and then for good",
            "deleting for good too early is a conflict; a version of a deleted subject is not shown",
            vec![(3, refused_as(409, 40405)), (12, refused(40401))],
        ),
        difference(
            "a version is deleted first, and then for good",
            "deleting for good too early, or twice, is a conflict; numbers have no signs",
            vec![
                (3, refused_as(409, 40407)),
                (5, refused_as(409, 40406)),
                (9, json(json!([2]))),
            ],
        ),
        difference(
            "what was deleted may be registered again",
            "the deleted version stays beside the new one, and is deleted with it once more",
            vec![
                (5, json(json!([1, 2]))),
                (8, json(json!([1, 2, 3]))),
                (9, json(json!([1, 2, 3]))),
            ],
        ),
        difference(
            "what was deleted is not compared with",
            "incompatible is 409; a subject that does not exist has no level",
            vec![(3, refused(409)), (9, refused(40401))],
        ),
    ]
}

fn modes() -> Vec<Difference> {
    [
        "what is read only is not changed",
        "the whole registry may be read only",
        "an import brings its ids and versions",
        "an import begins with nothing unless it is forced",
    ]
    .map(|scenario| difference(scenario, "a mode is kept and shown, and has no effect", Vec::new()))
    .into()
}
