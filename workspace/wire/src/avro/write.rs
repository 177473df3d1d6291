//! Writing Avro's binary form.

use palinode_core::{FieldName, Value};
use thiserror::Error;

use super::{DEPTH_MAX, Node, NodeId, RecordShape, Shape};

/// A value does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the field '{path}' {reason}")]
pub struct EncodeError {
    /// The path of the field, with dots.
    pub path: String,
    /// What is wrong with it, as the rest of a sentence.
    pub reason: String,
}

impl EncodeError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            reason: reason.into(),
        }
    }

    /// The same error, seen from one level further out.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{name}.{}", self.path)
        };
        self
    }
}

#[inline]
pub(crate) fn write_long(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        // The low seven bits, with the mark that more follow.
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[inline]
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

pub(crate) fn write_boolean(out: &mut Vec<u8>, value: bool) {
    out.push(u8::from(value));
}

pub(crate) fn write_double(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// The end of an array or map.
pub(crate) fn write_block_end(out: &mut Vec<u8>) {
    out.push(0);
}

/// A length; slices are never longer than a long can say.
fn write_count(out: &mut Vec<u8>, count: usize) {
    write_long(out, i64::try_from(count).unwrap_or(i64::MAX));
}

/// Appends `value` in the binary form of `node`.
pub(crate) fn write_node(
    shape: &Shape,
    node: NodeId,
    value: &Value,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), EncodeError> {
    if depth > DEPTH_MAX {
        return Err(EncodeError::new(format!("is nested more than {DEPTH_MAX} levels deep")));
    }
    match (shape.node(node), value) {
        (Node::Union(branches), value) => return write_union(shape, branches, value, out, depth),
        (Node::Null, Value::Null) => {}
        (Node::Boolean, Value::Boolean(value)) => write_boolean(out, *value),
        (Node::Int, Value::Long(value)) => match i32::try_from(*value) {
            Ok(value) => write_long(out, i64::from(value)),
            Err(_) => return Err(EncodeError::new(format!("holds {value}, which is no int"))),
        },
        (Node::Long, Value::Long(value)) => write_long(out, *value),
        (Node::Double | Node::Float, Value::Double(value)) => write_number(shape.node(node), *value, out)?,
        (Node::Double | Node::Float, Value::Long(value)) => {
            write_number(shape.node(node), exact_double(*value)?, out)?;
        }
        (Node::String, Value::String(text)) => write_bytes(out, text.as_bytes()),
        (Node::Bytes, Value::Bytes(bytes)) => write_bytes(out, bytes),
        (Node::Fixed(size), Value::Bytes(bytes)) => {
            if bytes.len() != *size {
                return Err(EncodeError::new(format!("has {} bytes instead of {size}", bytes.len())));
            }
            out.extend_from_slice(bytes);
        }
        (Node::Uuid { fixed }, Value::String(text)) => {
            let uuid = uuid::Uuid::parse_str(text)
                .map_err(|_| EncodeError::new(format!("holds '{text}', which is no UUID")))?;
            if *fixed {
                out.extend_from_slice(uuid.as_bytes());
            } else {
                write_bytes(out, uuid.as_bytes());
            }
        }
        (Node::Enum(symbols), Value::String(text)) => match symbols.iter().position(|symbol| symbol == text) {
            Some(index) => write_count(out, index),
            None => {
                let known = symbols.join(", ");
                return Err(EncodeError::new(format!(
                    "holds '{text}', which is none of the symbols {known}"
                )));
            }
        },
        (Node::Array(items), Value::List(list)) => {
            if !list.is_empty() {
                write_count(out, list.len());
            }
            for (index, item) in list.iter().enumerate() {
                write_node(shape, *items, item, out, depth + 1).map_err(|error| error.within(&index.to_string()))?;
            }
            write_block_end(out);
        }
        (Node::Map(values), Value::Record(entries)) => {
            if !entries.is_empty() {
                write_count(out, entries.len());
            }
            for (key, value) in entries {
                write_bytes(out, key.as_str().as_bytes());
                write_node(shape, *values, value, out, depth + 1).map_err(|error| error.within(key.as_str()))?;
            }
            write_block_end(out);
        }
        (Node::Record(record), Value::Record(fields)) => write_record(shape, record, fields, out, depth)?,
        (wanted, value) => return Err(mismatch(wanted, value)),
    }
    Ok(())
}

fn write_record(
    shape: &Shape,
    record: &RecordShape,
    values: &[(FieldName, Value)],
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), EncodeError> {
    if let Some((name, _)) = values.iter().find(|(name, _)| record.position(name.as_str()).is_none()) {
        return Err(EncodeError::new(format!("is not in the record {}", record.name)).within(name.as_str()));
    }
    for (position, field) in record.fields.iter().enumerate() {
        // Values mostly stand in the order of the schema.
        let value = values
            .get(position)
            .filter(|(name, _)| *name == field.name)
            .or_else(|| values.iter().find(|(name, _)| *name == field.name));
        match (value, &field.default) {
            (Some((_, value)), _) => write_node(shape, field.node, value, out, depth + 1),
            (None, Some(default)) => {
                out.extend_from_slice(default);
                Ok(())
            }
            (None, None) => Err(EncodeError::new("is missing and has no default")),
        }
        .map_err(|error| error.within(field.name.as_str()))?;
    }
    Ok(())
}

/// Writes the first branch that fits, those of exactly the value's type before those that it can be turned into.
fn write_union(
    shape: &Shape,
    branches: &[NodeId],
    value: &Value,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), EncodeError> {
    let start = out.len();
    let mut refusal = None;
    for exact in [true, false] {
        for (index, branch) in branches.iter().enumerate() {
            let node = shape.node(*branch);
            if is_exact(node, value) != exact || matches!(node, Node::Null) != matches!(value, Value::Null) {
                continue;
            }
            write_count(out, index);
            match write_node(shape, *branch, value, out, depth + 1) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    out.truncate(start);
                    // The first one tells most about what was meant.
                    refusal.get_or_insert(error);
                }
            }
        }
    }
    Err(refusal.unwrap_or_else(|| mismatch(&Node::Union(Vec::new()), value)))
}

fn is_exact(node: &Node, value: &Value) -> bool {
    matches!(
        (node, value),
        (Node::Null, Value::Null)
            | (Node::Boolean, Value::Boolean(_))
            | (Node::Long, Value::Long(_))
            | (Node::Double, Value::Double(_))
            | (Node::String, Value::String(_))
            | (Node::Bytes, Value::Bytes(_))
            | (Node::Array(_), Value::List(_))
            | (Node::Record(_), Value::Record(_))
    )
}

fn write_number(node: &Node, value: f64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if matches!(node, Node::Double) {
        write_double(out, value);
        return Ok(());
    }
    #[allow(clippy::cast_possible_truncation)]
    let float = value as f32;
    if value.is_finite() && !float.is_finite() {
        return Err(EncodeError::new(format!("holds {value}, which is no float")));
    }
    out.extend_from_slice(&float.to_le_bytes());
    Ok(())
}

/// A long as a double, when no digit is lost.
fn exact_double(value: i64) -> Result<f64, EncodeError> {
    const EXACT_MAX: u64 = 1 << f64::MANTISSA_DIGITS;
    if value.unsigned_abs() > EXACT_MAX {
        return Err(EncodeError::new(format!(
            "holds {value}, which a double cannot say exactly"
        )));
    }
    #[allow(clippy::cast_precision_loss)]
    Ok(value as f64)
}

fn mismatch(wanted: &Node, value: &Value) -> EncodeError {
    let found = match value {
        Value::Null => "null",
        Value::Boolean(_) => "a boolean",
        Value::Long(_) => "a whole number",
        Value::Double(_) => "a double",
        Value::String(_) => "a string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Record(_) => "a record or map",
    };
    EncodeError::new(match wanted {
        Node::Union(_) => format!("holds {found}, which fits no branch of its union"),
        wanted => format!("holds {found} instead of {}", wanted.describe()),
    })
}
