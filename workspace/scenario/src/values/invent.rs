//! Fills the fields of a reply that a scenario does not care about. The same question always gets the same answer.

use palinode_core::{FieldName, Timestamp, Value};
use palinode_wire::avro::{Kind, RecordView, Type};

use super::fit::fits;

/// Below this depth a value is as empty as its type allows.
const DEPTH_MAX: usize = 6;

/// What values are taken from.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// Records whose fields of the same name are repeated, the first one first.
    pub(crate) sources: &'a [&'a Value],
    /// The time of the reply.
    pub(crate) now: Timestamp,
}

/// The record with the `given` fields; the others repeat the field of the same name of a source, take their default, or
/// hold something plain.
pub(crate) fn invent(of: RecordView<'_>, given: &[(FieldName, Value)], around: Around<'_>) -> Value {
    let mut fields = given.to_vec();
    for field in of.fields() {
        let name = field.name();
        if given.iter().any(|(known, _)| known == name) {
            continue;
        }
        match repeated(name, field.of(), around.sources) {
            Some(value) => fields.push((name.clone(), value)),
            None if field.has_default() => {}
            None => fields.push((name.clone(), plain(name.as_str(), field.of(), around.now, 0))),
        }
    }
    Value::Record(fields)
}

fn repeated(name: &FieldName, of: Type<'_>, sources: &[&Value]) -> Option<Value> {
    sources.iter().find_map(|source| {
        let Value::Record(fields) = source else { return None };
        let (_, value) = fields.iter().find(|(known, _)| known == name)?;
        fits(value, of).then(|| value.clone())
    })
}

fn plain(name: &str, of: Type<'_>, now: Timestamp, depth: usize) -> Value {
    if of.is_nullable() || depth > DEPTH_MAX {
        return Value::Null;
    }
    match of.kind() {
        Kind::Null => Value::Null,
        Kind::Boolean => Value::Boolean(true),
        Kind::Int => Value::Long(1),
        Kind::Long if name.ends_with("_at") => Value::Long(now.0),
        Kind::Long => Value::Long(1),
        Kind::Float | Kind::Double => Value::Double(1.0),
        Kind::Bytes => Value::Bytes(bytes::Bytes::from_static(&[0])),
        Kind::Fixed(size) => Value::Bytes(vec![0; size].into()),
        Kind::String if name == "code" => Value::String("REFUSED".into()),
        Kind::String if name == "reason" => Value::String("the scenario says no".into()),
        Kind::String => Value::String(format!("{name}-1").into()),
        Kind::Enum(symbols) => symbols
            .first()
            .map_or(Value::Null, |symbol| Value::String(symbol.clone())),
        Kind::Array(_) => Value::List(Vec::new()),
        Kind::Map(_) => Value::Record(Vec::new()),
        Kind::Record(record) => Value::Record(
            record
                .fields()
                .filter(|field| !field.has_default())
                .map(|field| {
                    let name = field.name();
                    (name.clone(), plain(name.as_str(), field.of(), now, depth + 1))
                })
                .collect(),
        ),
        Kind::Union => of
            .branches()
            .next()
            .map_or(Value::Null, |branch| plain(name, branch, now, depth + 1)),
    }
}
