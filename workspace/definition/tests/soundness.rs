//! What the check of types admits has a value of that type, whatever the data: random expressions are checked against
//! schemas, and those that are admitted are evaluated over random data that fits the schemas.

use std::collections::BTreeMap;

use palinode_core::{FieldError, FieldName, Fields, RecordName, Value};
use palinode_definition::{Definition, check_schemas, compile_expression};

const PLACED: &str = r#"{"type":"record","name":"Placed","namespace":"t","fields":[
    {"name":"id","type":"string"},{"name":"count","type":"int"},{"name":"sum","type":"long"},
    {"name":"share","type":"double"},{"name":"note","type":["null","string"]},{"name":"left","type":["null","long"]},
    {"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","PAID","CLOSED"]}},
    {"name":"gift","type":"boolean"},{"name":"tags","type":{"type":"map","values":"string"}},
    {"name":"customer","type":["null",{"type":"record","name":"Customer","fields":[
        {"name":"name","type":"string"},{"name":"city","type":["null","string"]}]}]},
    {"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
        {"name":"sku","type":"string"},{"name":"count","type":"int"},{"name":"tag","type":["null","string"]}]}}}]}"#;

/// A place: its Avro type, and whether a value is of it.
type Place = (&'static str, fn(&Value) -> bool);

const PLACES: &[Place] = &[
    (r#""string""#, |value| matches!(value, Value::String(_))),
    (r#"["null","string"]"#, |value| {
        matches!(value, Value::String(_) | Value::Null)
    }),
    (r#""boolean""#, |value| matches!(value, Value::Boolean(_))),
    (
        r#""int""#,
        |value| matches!(value, Value::Long(number) if i32::try_from(*number).is_ok()),
    ),
    (r#""long""#, |value| matches!(value, Value::Long(_))),
    (r#"["null","long"]"#, |value| {
        matches!(value, Value::Long(_) | Value::Null)
    }),
    (r#""double""#, |value| {
        matches!(value, Value::Double(_) | Value::Long(_))
    }),
    (
        r#"{"type":"enum","name":"Other","symbols":["PAID","NEW"]}"#,
        |value| matches!(value, Value::String(text) if matches!(&**text, "PAID" | "NEW")),
    ),
    (
        r#"{"type":"array","items":"string"}"#,
        |value| matches!(value, Value::List(items) if items.iter().all(|item| matches!(item, Value::String(_)))),
    ),
    (
        r#"{"type":"array","items":{"type":"record","name":"Line","fields":[
            {"name":"sku","type":"string"},{"name":"count","type":"long"}]}}"#,
        |value| matches!(value, Value::List(items) if items.iter().all(is_line)),
    ),
];

fn is_line(value: &Value) -> bool {
    let Value::Record(fields) = value else { return false };
    let field = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .map(|(_, value)| value)
    };
    fields.len() == 2
        && matches!(field("sku"), Some(Value::String(_)))
        && matches!(field("count"), Some(Value::Long(_)))
}

/// What may go wrong with data of the right types.
const OF_DATA: &[&str] = &[
    "Overflow",
    "Division by zero",
    "Remainder by zero",
    "Index out of bounds",
    "No such key",
    "Error executing function",
    "there is no field 'start.tags.",
];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Whole,
    Double,
    Truth,
    Texts,
    Lines,
    Null,
}

const KINDS: [Kind; 7] = [
    Kind::Text,
    Kind::Whole,
    Kind::Double,
    Kind::Truth,
    Kind::Texts,
    Kind::Lines,
    Kind::Null,
];

/// An expression that is mostly of the kind.
fn expression(dice: &mut Dice, kind: Kind, depth: usize, item: bool) -> String {
    let kind = if dice.roll(25) == 0 {
        KINDS[dice.roll(KINDS.len())]
    } else {
        kind
    };
    if depth == 0 {
        return leaf(dice, kind, item).to_owned();
    }
    let mut part = |kind| expression(dice, kind, depth - 1, item);
    let (text, whole, double, truth, texts) = (
        part(Kind::Text),
        part(Kind::Whole),
        part(Kind::Double),
        part(Kind::Truth),
        part(Kind::Texts),
    );
    let (other, number) = (part(Kind::Text), part(Kind::Whole));
    let path = dice.one_of(&[
        "start.note",
        "start.left",
        "start.customer",
        "start.customer.city",
        "start.id",
    ]);
    if dice.roll(4) == 0 {
        let same = expression(dice, kind, depth - 1, item);
        let condition = match dice.roll(6) {
            0 => format!("{path} != null"),
            1 => format!("has({path})"),
            2 => format!("!({path} == null) && {truth}"),
            3 => "start.sum < 1000 && start.sum >= -5".to_owned(),
            4 => "start.id in ['NEW', 'PAID']".to_owned(),
            _ => truth,
        };
        let then = match (kind, dice.roll(3)) {
            (Kind::Text, 0) => path.to_owned(),
            (Kind::Whole, 0) => "start.sum".to_owned(),
            _ => expression(dice, kind, depth - 1, item),
        };
        return format!("({condition} ? {then} : {same})");
    }
    match kind {
        Kind::Text => match dice.roll(8) {
            0 => format!("({text} + {other})"),
            1 => format!("{text}.trim()"),
            2 => format!("string({whole})"),
            3 => format!("{texts}.join({other})"),
            4 => format!("{text}.replace({other}, 'x')"),
            5 => format!("{texts}[{whole}]"),
            6 => format!("string({double})"),
            _ => leaf(dice, kind, item).to_owned(),
        },
        Kind::Whole => match dice.roll(8) {
            0 => format!("({whole} + {number})"),
            1 => format!("({whole} % 100)"),
            2 => format!("size({texts})"),
            3 => format!("({whole} / {number})"),
            4 => format!("int({double})"),
            5 => format!("{text}.indexOf({other})"),
            6 => format!("-{whole}"),
            _ => leaf(dice, kind, item).to_owned(),
        },
        Kind::Double => match dice.roll(4) {
            0 => format!("double({whole})"),
            1 => format!("({double} * 2.0)"),
            2 => format!("(-{double})"),
            _ => leaf(dice, kind, item).to_owned(),
        },
        Kind::Truth => match dice.roll(10) {
            0 => format!("({text} == {other})"),
            1 => format!("({whole} < {double})"),
            2 => format!("({truth} && {text}.contains({other}))"),
            3 => format!("({truth} || {path} != null)"),
            4 => format!("{text} in {texts}"),
            5 => format!("has({path})"),
            6 => format!("start.items.exists(i, {})", expression(dice, Kind::Truth, 0, true)),
            7 => format!("(start.state == {text})"),
            8 => format!("!({truth})"),
            _ => leaf(dice, kind, item).to_owned(),
        },
        Kind::Texts => match dice.roll(5) {
            0 => format!("[{text}, {other}]"),
            1 => format!("start.items.map(i, {})", expression(dice, Kind::Text, 0, true)),
            2 => format!("{texts}.filter(i, {truth})"),
            3 => format!("({texts} + [{text}])"),
            _ => format!("{text}.split(',')"),
        },
        Kind::Lines => match dice.roll(3) {
            0 => format!("[{{'sku': {text}, 'count': {whole}}}]"),
            1 => format!(
                "start.items.map(i, {{'sku': {}, 'count': i.count}})",
                expression(dice, Kind::Text, 0, true)
            ),
            _ => format!("start.items.map(i, i.count > 0, {{'sku': i.sku, 'count': {whole}}})"),
        },
        Kind::Null => "null".to_owned(),
    }
}

fn leaf(dice: &mut Dice, kind: Kind, item: bool) -> &'static str {
    let of_item = item && dice.roll(2) == 0;
    match kind {
        Kind::Text if of_item => dice.one_of(&["i.sku", "i.tag", "(has(i.tag) ? i.tag : '-')"]),
        Kind::Whole if of_item => "i.count",
        Kind::Truth if of_item => dice.one_of(&["has(i.tag)", "i.count > 1", "i.tag == null"]),
        Kind::Text => dice.one_of(&[
            "start.id",
            "start.note",
            "start.state",
            "'NEW'",
            "'PAID'",
            "''",
            "start.customer.name",
            "start.tags['a']",
            "start.tags.b",
        ]),
        Kind::Whole => dice.one_of(&["start.count", "start.sum", "start.left", "0", "7", "-3", "9000000000"]),
        Kind::Double => dice.one_of(&["start.share", "1.5", "0.0"]),
        Kind::Truth => dice.one_of(&["start.gift", "true", "has(start.note)", "start.customer != null"]),
        Kind::Texts => dice.one_of(&["[]", "['a']", "start.items.map(i, i.sku)"]),
        Kind::Lines => "[]",
        Kind::Null => "null",
    }
}

/// A start event.
struct Start(BTreeMap<&'static str, Value>);

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn record(fields: &[(&str, Value)]) -> Value {
    Value::Record(
        fields
            .iter()
            .map(|(name, value)| (FieldName::from(*name), value.clone()))
            .collect(),
    )
}

impl Start {
    fn random(dice: &mut Dice) -> Self {
        let words = ["", "NEW", "PAID", "a,b", "7"];
        let maybe = |dice: &mut Dice, value: Value| if dice.roll(2) == 0 { Value::Null } else { value };
        let whole = |dice: &mut Dice, small: bool| {
            let large = [i64::MIN, i64::MAX, 1 << 40];
            let int = [i64::from(i32::MIN), i64::from(i32::MAX), 0, 1, -7];
            if small || dice.roll(2) == 0 {
                int[dice.roll(int.len())]
            } else {
                large[dice.roll(large.len())]
            }
        };
        let items = (0..dice.roll(3))
            .map(|_| {
                let tag = text(dice.one_of(&words));
                record(&[
                    ("sku", text(dice.one_of(&words))),
                    ("count", Value::Long(whole(dice, true))),
                    ("tag", maybe(dice, tag)),
                ])
            })
            .collect();
        let city = text("Bern");
        let customer = record(&[("name", text("Anna")), ("city", maybe(dice, city))]);
        let (note, left) = (text(dice.one_of(&words)), Value::Long(whole(dice, false)));
        Self(BTreeMap::from([
            ("id", text(dice.one_of(&words))),
            ("count", Value::Long(whole(dice, true))),
            ("sum", Value::Long(whole(dice, false))),
            ("share", Value::Double([0.0, -1.5, 1e300][dice.roll(3)])),
            ("note", maybe(dice, note)),
            ("left", maybe(dice, left)),
            ("state", text(dice.one_of(&["NEW", "PAID", "CLOSED"]))),
            ("gift", Value::Boolean(dice.roll(2) == 0)),
            ("tags", record(&[("a", text("x"))])),
            ("customer", maybe(dice, customer)),
            ("items", Value::List(items)),
        ]))
    }
}

impl Fields for Start {
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let mut current = self.0.get(path[1].as_str()).cloned();
        for name in &path[2..] {
            current = match current {
                Some(Value::Record(fields)) => fields
                    .into_iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value),
                Some(Value::Null) => Some(Value::Null),
                _ => None,
            };
        }
        Ok(current)
    }
}

/// Whether the check admits the expression for a place of this type.
fn admitted(expression: &str, place: &str) -> bool {
    let text = format!(
        "apiVersion: palinode/v1\nsaga: s\nversion: 1\nowner: o\nstartedBy: {{ event: t.Placed, topic: in }}\nsteps:\n  - id: \
         one\n    command: {{ topic: c, message: t.Out, fields: {{ x: \"{expression}\" }} }}\n    replies: {{ topic: r, \
         succeeded: t.Done }}\n"
    );
    let out = format!(r#"{{"type":"record","name":"Out","namespace":"t","fields":[{{"name":"x","type":{place}}}]}}"#);
    let look_up = |name: &RecordName| match name.as_str() {
        "t.Placed" => Some(PLACED.to_owned()),
        "t.Out" => Some(out.clone()),
        _ => Some(r#"{"type":"record","name":"Done","namespace":"t","fields":[]}"#.to_owned()),
    };
    Definition::read("s.yaml", &text).is_ok_and(|definition| check_schemas(&definition, &look_up).is_empty())
}

#[test]
fn what_the_check_admits_has_a_value_of_the_type_or_fails_by_its_data_alone() {
    let mut admitted_count = 0;
    let mut with_value = 0;
    for seed in 1..=12_000_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (place, fits) = PLACES[dice.roll(PLACES.len())];
        let kind = match place {
            place if place.contains("Line") => Kind::Lines,
            place if place.contains("array") => Kind::Texts,
            place if place.contains("boolean") => Kind::Truth,
            place if place.contains("double") => Kind::Double,
            place if place.contains("string") || place.contains("enum") => Kind::Text,
            _ => Kind::Whole,
        };
        let depth = dice.roll(4);
        let source = expression(&mut dice, kind, depth, false);
        if !admitted(&source, place) {
            continue;
        }
        admitted_count += 1;
        let compiled = compile_expression(&source).unwrap();
        for _ in 0..8 {
            let start = Start::random(&mut dice);
            match compiled.evaluate(&start) {
                Ok(value) => {
                    assert!(fits(&value), "{source} for {place} is {value:?}");
                    with_value += 1;
                }
                Err(error) => assert!(
                    OF_DATA.iter().any(|of_data| error.reason.contains(of_data)),
                    "{source} for {place}: {}",
                    error.reason
                ),
            }
        }
    }
    assert!(
        admitted_count > 1_500 && with_value > 8_000,
        "{admitted_count} {with_value}"
    );
}
