//! A definition held against schemas.

use palinode_core::RecordName;
use palinode_definition::{Definition, check_schemas};

const PLACED: &str = r#"{"type":"record","name":"Placed","namespace":"shop","fields":[
    {"name":"id","type":"string"},
    {"name":"sum","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"note","type":["null","string"],"default":null},
    {"name":"customer","type":{"type":"record","name":"Customer","fields":[{"name":"city","type":"string"}]}},
    {"name":"items","type":{"type":"array","items":"shop.Item"}}]}"#;
const ITEM: &str =
    r#"{"type":"record","name":"shop.Item","fields":[{"name":"sku","type":"string"},{"name":"count","type":"int"}]}"#;
const PICK: &str = r#"{"type":"record","name":"Pick","namespace":"shop","fields":[
    {"name":"id","type":"string"},
    {"name":"sum","type":"long","default":0},
    {"name":"share","type":"double","default":0},
    {"name":"note","type":["null","string"],"default":null},
    {"name":"items","type":{"type":"array","items":"shop.Item"}}]}"#;
const PICKED: &str =
    r#"{"type":"record","name":"Picked","namespace":"shop","fields":[{"name":"place","type":"string"}]}"#;
const FAILED: &str =
    r#"{"type":"record","name":"Failed","namespace":"shop","fields":[{"name":"code","type":"string"}]}"#;

fn look_up(name: &RecordName) -> Option<String> {
    let text = match name.as_str() {
        "shop.Placed" => PLACED,
        "shop.Item" => ITEM,
        "shop.Pick" | "shop.Drop" => return Some(PICK.replace("\"Pick\"", &format!("\"{}\"", &name.as_str()[5..]))),
        "shop.Picked" | "shop.Dropped" => {
            return Some(PICKED.replace("\"Picked\"", &format!("\"{}\"", &name.as_str()[5..])));
        }
        "shop.Failed" => FAILED,
        "shop.Broken" => "{",
        _ => return None,
    };
    Some(text.to_owned())
}

/// What is said about a definition whose only command and compensation have these fields.
fn told(command: &str, compensation: &str, rest: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: palinode/v1\nsaga: s\nversion: 1\nowner: o\nstartedBy: {{ event: shop.Placed, topic: in }}\n\
         steps:\n  - id: pick\n    command: {{ topic: c, message: shop.Pick, fields: {{ {command} }} }}\n    \
         replies: {{ topic: r, succeeded: shop.Picked, failed: shop.Failed }}\n    compensation:\n      \
         command: {{ message: shop.Drop, fields: {{ {compensation} }} }}\n      replies: {{ succeeded: shop.Dropped }}\n{rest}"
    );
    let definition = Definition::read("s.yaml", &text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let found = check_schemas(&definition, &look_up);
    found
        .iter()
        .map(|found| {
            format!(
                "{}:{} {}: {}",
                found.location.line, found.location.column, found.code, found.message
            )
        })
        .collect()
}

const GOOD: &str = "id: start.id, items: start.items";

#[test]
fn a_definition_that_fits_has_no_mistakes() {
    let all = "id: start.customer.city, sum: start.sum, share: 1, note: start.note, items: start.items";
    assert_eq!(
        told(all, "id: \"'x' + start.id\", items: \"[]\"", ""),
        Vec::<String>::new()
    );
}

#[test]
fn fields_must_exist_and_be_filled() {
    assert_eq!(
        told("id: start.id, itemz: start.items", GOOD, ""),
        [
            "8:35 field-not-filled: the field 'items' of shop.Pick is not filled, and has no default",
            "8:70 unknown-field: shop.Pick has no field 'itemz'",
        ]
    );
}

#[test]
fn paths_must_exist_in_the_schema_of_what_they_look_at() {
    assert_eq!(
        told(
            "id: \"'a' + start.customer.town\", items: start.items",
            "id: \"has(steps.pick.reply.plaice) ? 'a' : 'b'\", items: start.items",
            "    retry: { when: reply.kode == 'X' }\n"
        ),
        [
            "8:82 unknown-field: shop.Customer has no field 'town'",
            "11:74 unknown-field: shop.Picked has no field 'plaice'",
            "13:26 unknown-field: shop.Failed has no field 'kode'",
        ]
    );
}

#[test]
fn plain_paths_and_constants_must_be_of_the_type() {
    assert_eq!(
        told(
            "id: start.sum, sum: start.id, note: 5, items: start.customer",
            "id: steps.pick.reply.place, note: steps.pick.reply.place, items: start.items, sum: start.note",
            "    retry: { when: reply.code }\n"
        ),
        [
            "8:60 type-mismatch: the value does not fit the field 'id' of shop.Pick: time in milliseconds does not fit string",
            "8:76 type-mismatch: the value does not fit the field 'sum' of shop.Pick: string does not fit long",
            "8:92 type-mismatch: the value does not fit the field 'note' of shop.Pick: int does not fit null or string",
            "8:102 type-mismatch: the value does not fit the field 'items' of shop.Pick: shop.Customer does not fit array of shop.Item",
            "11:52 may-be-null: the value does not fit the field 'id' of shop.Drop: it may be null, and string is not",
            "11:131 may-be-null: the value does not fit the field 'sum' of shop.Drop: it may be null, and long is not",
            "13:20 type-mismatch: the value does not fit a condition, which is true or false: string does not fit boolean",
        ]
    );
}

#[test]
fn records_must_have_a_schema_that_can_be_read() {
    assert_eq!(
        told(
            GOOD,
            GOOD,
            "cancelledBy: { event: shop.Nowhere, topic: in }\nemits:\n  - { on: [completed], topic: t, message: shop.Broken, fields: {} }\n"
        ),
        [
            "13:23 unknown-record: there is no schema of shop.Nowhere",
            "15:43 bad-schema: the schema of shop.Broken cannot be read: EOF while parsing an object at line 1 column 1",
        ]
    );
}

#[test]
fn the_order_saga_fits_the_canonical_schemas() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("sagas/order-fulfilment.yaml")).unwrap();
    let definition =
        Definition::read("order-fulfilment.yaml", &text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let canonical = |name: &RecordName| {
        std::fs::read_to_string(
            root.join("schemas")
                .join(format!("{}.avsc", name.as_str().replace('.', "/"))),
        )
        .ok()
    };
    let found: Vec<String> = check_schemas(&definition, &canonical)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
