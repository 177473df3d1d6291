//! The core's values and CEL's.

use std::{collections::HashMap, sync::Arc};

use cel::{ExecutionError, objects::Key};
use palinode_core::{FieldName, Value};

use crate::limits::{LIST_ITEMS_MAX, VALUE_DEPTH_MAX};

/// Characters in an error of CEL that are told; it may quote whole values.
const TOLD_CHARS_MAX: usize = 300;

/// For CEL; otherwise why not.
pub(super) fn to_cel(value: &Value) -> Result<cel::Value, String> {
    inward(value, 0)
}

/// From CEL; otherwise why not. The fields of a map come in the order of their names.
pub(super) fn from_cel(value: cel::Value) -> Result<Value, String> {
    outward(&value, 0)
}

/// An error of CEL as part of a sentence.
pub(super) fn told(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::FunctionError { function, message } if function == "walk" => message.clone(),
        other => other.to_string(),
    };
    text.chars().take(TOLD_CHARS_MAX).collect()
}

fn inward(value: &Value, depth: usize) -> Result<cel::Value, String> {
    bounded(depth, 0)?;
    Ok(match value {
        Value::Null => cel::Value::Null,
        Value::Boolean(truth) => cel::Value::Bool(*truth),
        Value::Long(number) => cel::Value::Int(*number),
        Value::Double(number) => cel::Value::Float(*number),
        Value::String(text) => cel::Value::String(Arc::new(text.to_string())),
        Value::Bytes(bytes) => cel::Value::Bytes(Arc::new(bytes.to_vec())),
        Value::List(items) => {
            bounded(depth, items.len())?;
            let items = items
                .iter()
                .map(|item| inward(item, depth + 1))
                .collect::<Result<Vec<_>, _>>()?;
            cel::Value::List(Arc::new(items))
        }
        Value::Record(fields) => {
            let field = |(name, value): &(FieldName, Value)| Ok((Key::from(name.as_str()), inward(value, depth + 1)?));
            let fields = fields.iter().map(field).collect::<Result<HashMap<_, _>, String>>()?;
            cel::Value::Map(fields.into())
        }
    })
}

fn outward(value: &cel::Value, depth: usize) -> Result<Value, String> {
    bounded(depth, 0)?;
    Ok(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(truth) => Value::Boolean(*truth),
        cel::Value::Int(number) => Value::Long(*number),
        cel::Value::UInt(number) => {
            Value::Long(i64::try_from(*number).map_err(|_| format!("the number {number} is too large"))?)
        }
        cel::Value::Float(number) => Value::Double(*number),
        cel::Value::String(text) => Value::String(text.as_str().into()),
        cel::Value::Bytes(bytes) => Value::Bytes(bytes.to_vec().into()),
        cel::Value::List(items) => {
            bounded(depth, items.len())?;
            Value::List(
                items
                    .iter()
                    .map(|item| outward(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            )
        }
        cel::Value::Map(map) => {
            let mut fields = Vec::with_capacity(map.map.len());
            for (key, value) in map.map.iter() {
                let Key::String(name) = key else {
                    return Err(format!("'{key}' cannot name a field"));
                };
                fields.push((FieldName::from(name.as_str()), outward(value, depth + 1)?));
            }
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Record(fields)
        }
        other => return Err(format!("a {} is no value for a field", other.type_of())),
    })
}

fn bounded(depth: usize, items: usize) -> Result<(), String> {
    if depth > VALUE_DEPTH_MAX {
        return Err(format!("lists and records stand more than {VALUE_DEPTH_MAX} deep"));
    }
    if items > LIST_ITEMS_MAX {
        return Err(format!("a list has {items} items, more than {LIST_ITEMS_MAX}"));
    }
    Ok(())
}
