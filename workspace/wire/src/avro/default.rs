//! Defaults of fields: from a schema's JSON to Avro's binary form.

use serde_json::Value as Json;

use super::{DEPTH_MAX, Node, NodeId, Shape, write_block_end, write_boolean, write_bytes, write_double, write_long};

/// Appends `json` in the binary form of `node`. For a union the default fits its first branch, says the specification;
/// as some writers do otherwise, the first branch that it fits is taken.
pub(super) fn write_default(
    shape: &Shape,
    node: NodeId,
    json: &Json,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err(format!("it is nested more than {DEPTH_MAX} levels deep"));
    }
    match (shape.node(node), json) {
        (Node::Null, Json::Null) => {}
        (Node::Boolean, Json::Bool(value)) => write_boolean(out, *value),
        (Node::Int, Json::Number(number)) => {
            let value = number
                .as_i64()
                .and_then(|value| i32::try_from(value).ok())
                .ok_or("the number is no int")?;
            write_long(out, i64::from(value));
        }
        (Node::Long, Json::Number(number)) => write_long(out, number.as_i64().ok_or("the number is no long")?),
        (Node::Double, Json::Number(number)) => write_double(out, number.as_f64().ok_or("the number is no double")?),
        (Node::Float, Json::Number(number)) => {
            let value = number.as_f64().ok_or("the number is no float")?;
            #[allow(clippy::cast_possible_truncation)]
            out.extend_from_slice(&(value as f32).to_le_bytes());
        }
        (Node::String, Json::String(text)) => write_bytes(out, text.as_bytes()),
        (Node::Bytes | Node::Uuid { fixed: false }, Json::String(text)) => write_bytes(out, &bytes(text)?),
        (Node::Fixed(size), Json::String(text)) => out.extend_from_slice(&sized(text, *size)?),
        (Node::Uuid { fixed: true }, Json::String(text)) => out.extend_from_slice(&sized(text, 16)?),
        (Node::Enum(symbols), Json::String(text)) => {
            let index = symbols
                .iter()
                .position(|symbol| **symbol == **text)
                .ok_or("it is none of the symbols")?;
            write_long(out, i64::try_from(index).unwrap_or(i64::MAX));
        }
        (Node::Array(items), Json::Array(list)) => {
            if !list.is_empty() {
                write_long(out, i64::try_from(list.len()).unwrap_or(i64::MAX));
            }
            for item in list {
                write_default(shape, *items, item, out, depth + 1)?;
            }
            write_block_end(out);
        }
        (Node::Map(values), Json::Object(map)) => {
            if !map.is_empty() {
                write_long(out, i64::try_from(map.len()).unwrap_or(i64::MAX));
            }
            for (key, value) in map {
                write_bytes(out, key.as_bytes());
                write_default(shape, *values, value, out, depth + 1)?;
            }
            write_block_end(out);
        }
        (Node::Union(branches), _) => {
            let start = out.len();
            for (index, branch) in branches.iter().enumerate() {
                write_long(out, i64::try_from(index).unwrap_or(i64::MAX));
                if write_default(shape, *branch, json, out, depth + 1).is_ok() {
                    return Ok(());
                }
                out.truncate(start);
            }
            return Err("it fits no branch of the union".to_owned());
        }
        (Node::Record(record), Json::Object(map)) => {
            for field in &record.fields {
                match (map.get(field.name.as_str()), &field.default) {
                    (Some(value), _) => write_default(shape, field.node, value, out, depth + 1)?,
                    (None, Some(default)) => out.extend_from_slice(default),
                    (None, None) => return Err(format!("it has no '{}'", field.name)),
                }
            }
        }
        (node, _) => return Err(format!("it is not {}", node.describe())),
    }
    Ok(())
}

/// Bytes stand in JSON as text whose characters are the bytes.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).map_err(|_| "a character is above 255".to_owned()))
        .collect()
}

fn sized(text: &str, size: usize) -> Result<Vec<u8>, String> {
    let bytes = bytes(text)?;
    if bytes.len() == size {
        Ok(bytes)
    } else {
        Err(format!("it has {} bytes instead of {size}", bytes.len()))
    }
}
