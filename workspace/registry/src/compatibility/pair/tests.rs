//! Pairs of schemas, and what a reader of the first makes of what the second writes.

use super::*;
use crate::Submission;

fn parse(text: &str, referenced: &[&str]) -> Parsed {
    Submission::of(text).parse(referenced).unwrap()
}

/// The kinds and places of the differences.
fn found(reader: &str, writer: &str) -> Vec<(Kind, String)> {
    let differences = differences(&parse(reader, &[]), &parse(writer, &[])).unwrap();
    differences
        .into_iter()
        .map(|difference| (difference.kind, difference.path))
        .collect()
}

fn reads(reader: &str, writer: &str) -> bool {
    found(reader, writer).is_empty()
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"shop.Order","fields":[{fields}]}}"#)
}

fn one(kind: Kind, path: &str) -> Vec<(Kind, String)> {
    vec![(kind, path.to_owned())]
}

#[test]
fn numbers_and_texts_are_promoted_in_one_direction() {
    let promotions = [
        ("\"long\"", "\"int\"", true),
        ("\"int\"", "\"long\"", false),
        ("\"double\"", "\"float\"", true),
        ("\"float\"", "\"double\"", false),
        ("\"float\"", "\"long\"", true),
        ("\"bytes\"", "\"string\"", true),
        ("\"string\"", "\"bytes\"", true),
        ("\"boolean\"", "\"int\"", false),
        ("\"null\"", "\"string\"", false),
    ];

    for (reader, writer, allowed) in promotions {
        assert_eq!(reads(reader, writer), allowed, "{reader} of {writer}");
    }
}

#[test]
fn logical_types_are_read_as_what_they_are_written_as() {
    let long = r#"{"type":"long","logicalType":"timestamp-millis"}"#;
    let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}"#;
    let fixed = r#"{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9}"#;

    assert!(reads("\"long\"", long));
    assert!(reads(long, "\"int\""));
    assert!(reads("\"bytes\"", decimal));
    assert!(reads(fixed, r#"{"type":"fixed","name":"D","size":4}"#));
    assert!(!reads("\"int\"", long));
    assert!(reads("\"string\"", r#"{"type":"string","logicalType":"uuid"}"#));
}

#[test]
fn a_field_needs_a_default_or_a_writer() {
    let id = r#"{"name":"id","type":"string"}"#;

    assert_eq!(
        found(&record(&format!(r#"{id},{{"name":"n","type":"long"}}"#)), &record(id)),
        one(Kind::FieldWithoutDefault, "/fields/1")
    );
    assert!(reads(
        &record(&format!(r#"{id},{{"name":"n","type":"long","default":0}}"#)),
        &record(id)
    ));
    assert!(reads(
        &record(&format!(r#"{id},{{"name":"n","type":["null","long"],"default":null}}"#)),
        &record(id)
    ));
    assert!(reads(
        &record(id),
        &record(&format!(r#"{id},{{"name":"n","type":"long"}}"#))
    ));
}

#[test]
fn aliases_find_fields_and_types() {
    let old = record(r#"{"name":"note","type":{"type":"enum","name":"Size","symbols":["S"]}}"#);
    let renamed = r#"{"type":"record","name":"shop.Purchase","aliases":["shop.Order"],"fields":[
        {"name":"remark","aliases":["note"],"type":{"type":"enum","name":"Measure","aliases":["shop.Size"],"symbols":["S"]}}]}"#;
    let without = renamed.replace(r#""aliases":["shop.Order"],"#, "");

    assert!(reads(renamed, &old));
    assert_eq!(found(&without, &old), one(Kind::Name, "/name"));
    assert!(
        reads(&record(""), &record("").replace("shop.", "store.")),
        "namespaces do not count"
    );
}

#[test]
fn symbols_that_the_reader_does_not_know_need_a_default() {
    let all = r#"{"type":"enum","name":"Size","symbols":["S","L"]}"#;
    let few = r#"{"type":"enum","name":"Size","symbols":["S"]}"#;
    let default = r#"{"type":"enum","name":"Size","symbols":["S"],"default":"S"}"#;

    assert!(reads(all, few));
    assert_eq!(found(few, all), one(Kind::EnumSymbols, "/symbols"));
    assert!(reads(default, all));
}

#[test]
fn sizes_of_fixed_are_the_same() {
    let fixed = |size: u32| format!(r#"{{"type":"fixed","name":"Code","size":{size}}}"#);

    assert!(reads(&fixed(4), &fixed(4)));
    assert_eq!(found(&fixed(4), &fixed(5)), one(Kind::FixedSize, "/size"));
}

#[test]
fn every_branch_of_the_writer_has_one_of_the_reader() {
    assert!(reads(r#"["null","long"]"#, "\"int\""));
    assert!(reads(r#"["null","string","long"]"#, r#"["int","null"]"#));
    assert!(reads("\"long\"", r#"["int","long"]"#));
    assert_eq!(
        found(r#"["null","int"]"#, r#"["null","string"]"#),
        one(Kind::UnionBranch, "/1")
    );
    assert_eq!(found("\"int\"", r#"["null","int"]"#), one(Kind::Type, "/0"));
}

#[test]
fn what_is_inside_of_arrays_and_maps_counts() {
    assert_eq!(
        found(
            r#"{"type":"array","items":"int"}"#,
            r#"{"type":"array","items":"string"}"#
        ),
        one(Kind::Type, "/items")
    );
    assert!(reads(
        r#"{"type":"map","values":"long"}"#,
        r#"{"type":"map","values":"int"}"#
    ));
    assert!(!reads(
        r#"{"type":"map","values":"long"}"#,
        r#"{"type":"array","items":"int"}"#
    ));
}

#[test]
fn a_shared_type_may_be_defined_at_another_place() {
    let four = r#"{"type":"fixed","name":"Four","size":4}"#;
    let first = record(&format!(r#"{{"name":"a","type":{four}}},{{"name":"b","type":"Four"}}"#));
    let moved = record(&format!(r#"{{"name":"b","type":{four}}},{{"name":"a","type":"Four"}}"#));

    assert!(reads(&first, &moved) && reads(&moved, &first));
    assert!(
        differences(
            &parse(
                &record(r#"{"name":"a","type":"shop.Four"},{"name":"b","type":"shop.Four"}"#),
                &[r#"{"type":"fixed","name":"shop.Four","size":4}"#]
            ),
            &parse(&first, &[])
        )
        .unwrap()
        .is_empty()
    );
}

#[test]
fn types_inside_of_themselves_are_compared_once() {
    let node = |value: &str| {
        format!(
            r#"{{"type":"record","name":"Node","fields":[{{"name":"next","type":["null","Node"]}},{{"name":"value","type":"{value}"}}]}}"#
        )
    };

    assert!(reads(&node("long"), &node("int")));
    assert_eq!(found(&node("int"), &node("long")), one(Kind::Type, "/fields/1/type"));
}

#[test]
fn nesting_has_a_limit() {
    let (mut text, mut names) = (String::new(), Vec::new());
    for index in 0..NESTING_MAX {
        let inner = if index == 0 {
            "int".to_owned()
        } else {
            format!("T{}", index - 1)
        };
        text = format!(r#"{{"type":"record","name":"T{index}","fields":[{{"name":"f","type":"{inner}"}}]}}"#);
        names.push(text.clone());
    }
    names.pop();
    let referenced: Vec<&str> = names.iter().map(String::as_str).collect();
    let deep = parse(&text, &referenced);

    assert!(matches!(differences(&deep, &deep), Err(Error::AboveLimit { .. })));
}
