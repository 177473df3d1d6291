//! Whether a value can stand where a schema asks for one.

use palinode_core::Value;
use palinode_wire::avro::{Kind, Type};

/// Whether `value` fits, as far as a reply that repeats what it was asked needs to know.
pub(super) fn fits(value: &Value, of: Type<'_>) -> bool {
    match (of.kind(), value) {
        (_, Value::Null) => of.is_nullable(),
        (Kind::Boolean, Value::Boolean(_))
        | (Kind::Long, Value::Long(_))
        | (Kind::Float | Kind::Double, Value::Double(_))
        | (Kind::Bytes, Value::Bytes(_))
        | (Kind::String, Value::String(_)) => true,
        (Kind::Int, Value::Long(number)) => i32::try_from(*number).is_ok(),
        (Kind::Fixed(size), Value::Bytes(bytes)) => bytes.len() == size,
        (Kind::Enum(symbols), Value::String(text)) => symbols.contains(text),
        (Kind::Array(items), Value::List(list)) => list.iter().all(|item| fits(item, items)),
        (Kind::Map(values), Value::Record(entries)) => entries.iter().all(|(_, value)| fits(value, values)),
        (Kind::Record(record), Value::Record(fields)) => {
            let known = |name: &str| fields.iter().any(|(given, _)| given.as_str() == name);
            fields
                .iter()
                .all(|(name, value)| record.field(name.as_str()).is_some_and(|field| fits(value, field.of())))
                && record
                    .fields()
                    .all(|field| field.has_default() || known(field.name().as_str()))
        }
        (Kind::Union, value) => of.branches().any(|branch| fits(value, branch)),
        _ => false,
    }
}
