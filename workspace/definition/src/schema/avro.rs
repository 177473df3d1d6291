//! Schemas as JSON into shapes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::RecordName;
use serde_json::{Map, Value};

use super::shape::{FieldShape, RecordShape, Shape};

/// Types inside each other in one schema. Deeper ones fit everything.
const DEPTH_MAX: usize = 32;

/// Where the text of a record's schema comes from.
pub(super) type LookUp<'a> = &'a dyn Fn(&RecordName) -> Option<String>;

/// Why there is no shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unknown,
    Unreadable(String),
}

/// The schemas that were looked up.
pub(super) struct Schemas<'a> {
    look_up: LookUp<'a>,
    records: BTreeMap<RecordName, Result<Arc<RecordShape>, Problem>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(look_up: LookUp<'a>) -> Self {
        Self {
            look_up,
            records: BTreeMap::new(),
        }
    }

    pub(super) fn record(&mut self, name: &RecordName) -> Result<Arc<RecordShape>, Problem> {
        if let Some(known) = self.records.get(name) {
            return known.clone();
        }
        let record = self.read(name, &mut BTreeSet::new());
        self.records.insert(name.clone(), record.clone());
        record
    }

    fn read(&self, name: &RecordName, open: &mut BTreeSet<String>) -> Result<Arc<RecordShape>, Problem> {
        let text = (self.look_up)(name).ok_or(Problem::Unknown)?;
        let schema: Value = serde_json::from_str(&text).map_err(|error| Problem::Unreadable(error.to_string()))?;
        open.insert(name.to_string());
        let mut reader = Reader {
            schemas: self,
            named: BTreeMap::new(),
            open,
        };
        let shape = reader.shape(&schema, "", 0).map_err(Problem::Unreadable)?;
        match shape {
            Shape::Record(record) if record.name == *name => Ok(record),
            other => Err(Problem::Unreadable(format!("it describes {other}"))),
        }
    }
}

/// Reads one text.
struct Reader<'a, 'b> {
    schemas: &'b Schemas<'a>,
    /// The named types that this text has defined so far.
    named: BTreeMap<String, Shape>,
    /// The records that are being read: a record inside itself fits everything.
    open: &'b mut BTreeSet<String>,
}

impl Reader<'_, '_> {
    fn shape(&mut self, schema: &Value, namespace: &str, depth: usize) -> Result<Shape, String> {
        if depth > DEPTH_MAX {
            return Ok(Shape::Any);
        }
        match schema {
            Value::String(name) => self.named(name, namespace),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.shape(branch, namespace, depth + 1));
                Ok(Shape::Union(branches.collect::<Result<_, _>>()?))
            }
            Value::Object(object) => self.object(object, namespace, depth),
            other => Err(format!("{other} is no type")),
        }
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<Shape, String> {
        Ok(match name {
            "null" => Shape::Null,
            "boolean" => Shape::Boolean,
            "int" => Shape::Int,
            "long" => Shape::Long,
            "float" => Shape::Float,
            "double" => Shape::Double,
            "bytes" => Shape::Bytes,
            "string" => Shape::String,
            other => {
                let full = full_name(other, namespace);
                if let Some(shape) = self.named.get(&full) {
                    return Ok(shape.clone());
                }
                if self.open.contains(&full) {
                    return Ok(Shape::Any);
                }
                let record = self.schemas.read(&RecordName::from(full.as_str()), self.open);
                self.open.remove(&full);
                record
                    .map(Shape::Record)
                    .map_err(|_| format!("the type '{full}' is not known"))?
            }
        })
    }

    fn object(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<Shape, String> {
        let kind = object.get("type").ok_or("a type has no 'type'")?;
        let Value::String(kind) = kind else {
            return self.shape(kind, namespace, depth + 1);
        };
        let part = |key: &str| object.get(key).ok_or_else(|| format!("{kind} has no '{key}'"));
        match kind.as_str() {
            "array" => Ok(Shape::List(Arc::new(self.shape(
                part("items")?,
                namespace,
                depth + 1,
            )?))),
            "map" => Ok(Shape::Map(Arc::new(self.shape(
                part("values")?,
                namespace,
                depth + 1,
            )?))),
            "enum" => {
                let symbols = part("symbols")?.as_array().into_iter().flatten();
                let shape = Shape::Enum(
                    symbols
                        .filter_map(|symbol| symbol.as_str().map(str::to_owned))
                        .collect(),
                );
                self.named.insert(own_name(object, namespace)?, shape.clone());
                Ok(shape)
            }
            "fixed" => {
                self.named.insert(own_name(object, namespace)?, Shape::Bytes);
                Ok(Shape::Bytes)
            }
            "record" | "error" => self.record(object, namespace, depth),
            other => self.named(other, namespace),
        }
    }

    fn record(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<Shape, String> {
        let name = own_name(object, namespace)?;
        let inner = name.rsplit_once('.').map_or("", |(namespace, _)| namespace).to_owned();
        self.named.insert(name.clone(), Shape::Any);
        let mut fields = Vec::new();
        for field in object
            .get("fields")
            .and_then(Value::as_array)
            .ok_or("a record has no 'fields'")?
        {
            let field_name = field
                .get("name")
                .and_then(Value::as_str)
                .ok_or("a field has no 'name'")?;
            let schema = field
                .get("type")
                .ok_or_else(|| format!("the field '{field_name}' has no 'type'"))?;
            fields.push(FieldShape {
                name: field_name.to_owned(),
                shape: self.shape(schema, &inner, depth + 1)?,
                has_default: field.get("default").is_some(),
            });
        }
        let shape = Shape::Record(Arc::new(RecordShape {
            name: RecordName::from(name.as_str()),
            fields,
        }));
        self.named.insert(name, shape.clone());
        Ok(shape)
    }
}

fn own_name(object: &Map<String, Value>, namespace: &str) -> Result<String, String> {
    let name = object
        .get("name")
        .and_then(Value::as_str)
        .ok_or("a named type has no 'name'")?;
    let namespace = object.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
    Ok(full_name(name, namespace))
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}.{name}")
    }
}
