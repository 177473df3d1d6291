//! YAML as a value of an Avro type.

use bytes::Bytes;
use palinode_core::{FieldName, Value};
use palinode_wire::avro::{Kind as Avro, RecordView, Type};

use crate::document::{Fields, Key, Kind, Node, Place, Report};

/// What does not fit, and where it stands.
type Misfit = (Place, String);

/// The given fields of a record, as far as they fit; reports those that do not.
pub(crate) fn check_fields(
    fields: &Fields,
    record: RecordView<'_>,
    report: &mut Report<'_>,
) -> Vec<(FieldName, Value)> {
    let mut values = Vec::new();
    for (key, node) in &fields.0 {
        match field(record, key, node) {
            Ok(value) => values.push(value),
            Err((place, message)) => report.error(place, message),
        }
    }
    values
}

/// The whole record; every field without a default has to be given. Reports what is wrong.
pub(crate) fn record(fields: &Fields, of: RecordView<'_>, place: Place, report: &mut Report<'_>) -> Option<Value> {
    let values = check_fields(fields, of, report);
    let missing: Vec<&str> = of
        .fields()
        .filter(|field| !field.has_default() && fields.get(field.name().as_str()).is_none())
        .map(|field| field.name().as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!("{} needs the field(s) {}", of.name(), missing.join(", "));
        report.error(place, message);
        return None;
    }
    (values.len() == fields.0.len()).then_some(Value::Record(values))
}

fn field(record: RecordView<'_>, key: &Key, node: &Node) -> Result<(FieldName, Value), Misfit> {
    let Some(field) = record.field(&key.name) else {
        let known: Vec<&str> = record.fields().map(|field| field.name().as_str()).collect();
        let message = format!(
            "{} has no field '{}'; it has {}",
            record.name(),
            key.name,
            known.join(", ")
        );
        return Err((key.place, message));
    };
    Ok((field.name().clone(), value(node, field.of())?))
}

fn value(node: &Node, of: Type<'_>) -> Result<Value, Misfit> {
    if node.is_nothing() && of.is_nullable() {
        return Ok(Value::Null);
    }
    match (of.kind(), &node.kind) {
        (Avro::Null, Kind::Nothing) => Ok(Value::Null),
        (Avro::Boolean, Kind::Boolean(truth)) => Ok(Value::Boolean(*truth)),
        (Avro::Int, Kind::Integer(number)) => i32::try_from(*number)
            .map(|number| Value::Long(number.into()))
            .map_err(|_| (node.place, format!("{number} is no int"))),
        (Avro::Long, Kind::Integer(number)) => i64::try_from(*number)
            .map(Value::Long)
            .map_err(|_| (node.place, format!("{number} is no long"))),
        (Avro::Long, Kind::Text(text)) => match text.parse::<jiff::Timestamp>() {
            Ok(time) => Ok(Value::Long(time.as_millisecond())),
            Err(_) => Err((
                node.place,
                format!("'{text}' is neither a number nor a time as 2026-01-31T09:00:00Z"),
            )),
        },
        (Avro::Float | Avro::Double, Kind::Float(number)) => Ok(Value::Double(*number)),
        (Avro::Float | Avro::Double, Kind::Integer(number)) => i64::try_from(*number)
            .map(Value::Long)
            .map_err(|_| (node.place, format!("{number} is too large"))),
        (Avro::Bytes | Avro::Fixed(_), Kind::Text(text)) => Ok(Value::Bytes(Bytes::copy_from_slice(text.as_bytes()))),
        (Avro::String, Kind::Text(text)) => Ok(Value::String(text.as_str().into())),
        (Avro::Enum(symbols), Kind::Text(text)) => {
            if symbols.iter().any(|symbol| **symbol == **text) {
                return Ok(Value::String(text.as_str().into()));
            }
            Err((
                node.place,
                format!("'{text}' is none of the symbols {}", symbols.join(", ")),
            ))
        }
        (Avro::Array(items), Kind::List(list)) => list
            .iter()
            .map(|item| value(item, items))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Avro::Map(values), Kind::Mapping(entries)) => entries
            .iter()
            .map(|(key, node)| Ok((FieldName::from(key.name.as_str()), value(node, values)?)))
            .collect::<Result<_, _>>()
            .map(Value::Record),
        (Avro::Record(record), Kind::Mapping(entries)) => inner(record, entries, node.place),
        (Avro::Union, _) => {
            let mut found = of.branches().map(|branch| value(node, branch));
            found.find(Result::is_ok).unwrap_or_else(|| Err(misfit(node, of)))
        }
        _ => Err(misfit(node, of)),
    }
}

fn inner(record: RecordView<'_>, entries: &[(Key, Node)], place: Place) -> Result<Value, Misfit> {
    let values = entries
        .iter()
        .map(|(key, node)| field(record, key, node))
        .collect::<Result<Vec<_>, _>>()?;
    let missing = record
        .fields()
        .find(|field| !field.has_default() && !entries.iter().any(|(key, _)| key.name == field.name().as_str()));
    match missing {
        Some(field) => Err((place, format!("{} needs the field '{}'", record.name(), field.name()))),
        None => Ok(Value::Record(values)),
    }
}

fn misfit(node: &Node, of: Type<'_>) -> Misfit {
    let wanted = match of.kind() {
        Avro::Null => "nothing",
        Avro::Boolean => "true or false",
        Avro::Int | Avro::Long => "a whole number",
        Avro::Float | Avro::Double => "a number",
        Avro::Bytes | Avro::Fixed(_) => "text, for bytes,",
        Avro::String => "text (a number is put in quotes)",
        Avro::Enum(_) => "a symbol of the enum",
        Avro::Array(_) => "a list",
        Avro::Map(_) | Avro::Record(_) => "a mapping",
        Avro::Union => "a value of one of the union's types",
    };
    (
        node.place,
        format!("{wanted} is expected here, not {}", node.kind.described()),
    )
}
