//! Schemas as JSON into types.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::RecordName;
use serde_json::{Map, Value};

use crate::typing::{Decimal, FieldType, Range, RecordType, Type, Unit, Whole};

/// Types inside each other in one schema. Deeper ones fit everything.
const DEPTH_MAX: usize = 32;

/// Types in one schema, with those that it refers to. A larger one is a slip of the pen, or made to be slow.
const TYPES_MAX: usize = 10_000;

/// Where the text of a record's schema comes from.
pub(super) type LookUp<'a> = &'a dyn Fn(&RecordName) -> Option<String>;

/// Why there is no type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unknown,
    Unreadable(String),
}

/// The schemas that were looked up.
pub(super) struct Schemas<'a> {
    look_up: LookUp<'a>,
    records: BTreeMap<RecordName, Result<Arc<RecordType>, Problem>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(look_up: LookUp<'a>) -> Self {
        Self {
            look_up,
            records: BTreeMap::new(),
        }
    }

    pub(super) fn record(&mut self, name: &RecordName) -> Result<Arc<RecordType>, Problem> {
        if let Some(known) = self.records.get(name) {
            return known.clone();
        }
        let record = self.read(name, &mut BTreeSet::new());
        self.records.insert(name.clone(), record.clone());
        record
    }

    fn read(&self, name: &RecordName, open: &mut BTreeSet<String>) -> Result<Arc<RecordType>, Problem> {
        let text = (self.look_up)(name).ok_or(Problem::Unknown)?;
        let schema: Value = serde_json::from_str(&text).map_err(|error| Problem::Unreadable(error.to_string()))?;
        open.insert(name.to_string());
        let mut reader = Reader {
            schemas: self,
            named: BTreeMap::new(),
            open,
            types: 0,
        };
        match reader.read(&schema, "", 0).map_err(Problem::Unreadable)? {
            Type::Record(record) if record.name.as_ref() == Some(name) => Ok(record),
            other => Err(Problem::Unreadable(format!("it describes {other}"))),
        }
    }
}

/// Reads one text.
struct Reader<'a, 'b> {
    schemas: &'b Schemas<'a>,
    /// The named types that this text has defined so far.
    named: BTreeMap<String, Type>,
    /// The records that are being read: a record inside itself fits everything.
    open: &'b mut BTreeSet<String>,
    types: usize,
}

impl Reader<'_, '_> {
    fn read(&mut self, schema: &Value, namespace: &str, depth: usize) -> Result<Type, String> {
        self.types += 1;
        if self.types > TYPES_MAX {
            return Err(format!("it has more than {TYPES_MAX} types"));
        }
        if depth > DEPTH_MAX {
            return Ok(Type::Any);
        }
        match schema {
            Value::String(name) => self.named(name, namespace),
            Value::Array(branches) => branches.iter().try_fold(Type::Nothing, |union, branch| {
                Ok(match self.read(branch, namespace, depth + 1)? {
                    Type::Any => Type::Any,
                    branch => beside(union, branch),
                })
            }),
            Value::Object(object) => self.object(object, namespace, depth),
            other => Err(format!("{other} is no type")),
        }
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<Type, String> {
        Ok(match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" => Type::whole(Range::INT),
            "long" => Type::whole(Range::LONG),
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes,
            "string" => Type::String,
            other => {
                let full = full_name(other, namespace);
                if let Some(of) = self.named.get(&full) {
                    return Ok(of.clone());
                }
                if self.open.contains(&full) {
                    return Ok(Type::Any);
                }
                let record = self.schemas.read(&RecordName::from(full.as_str()), self.open);
                self.open.remove(&full);
                record
                    .map(Type::Record)
                    .map_err(|_| format!("the type '{full}' is not known"))?
            }
        })
    }

    fn object(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<Type, String> {
        let kind = object.get("type").ok_or("a type has no 'type'")?;
        let Value::String(kind) = kind else {
            return self.read(kind, namespace, depth + 1);
        };
        let part = |key: &str| object.get(key).ok_or_else(|| format!("{kind} has no '{key}'"));
        let logical = object.get("logicalType").and_then(Value::as_str);
        match kind.as_str() {
            "array" => Ok(Type::list(self.read(part("items")?, namespace, depth + 1)?)),
            "map" => Ok(Type::Map(Arc::new(self.read(part("values")?, namespace, depth + 1)?))),
            "enum" => {
                let symbols = part("symbols")?.as_array().into_iter().flatten();
                let of = Type::Symbols(symbols.filter_map(Value::as_str).map(Arc::from).collect());
                self.named.insert(own_name(object, namespace)?, of.clone());
                Ok(of)
            }
            "fixed" => {
                let of = match (logical, part("size")?.as_u64()) {
                    (Some("decimal"), _) => decimal(object),
                    (Some("uuid"), _) => Type::String,
                    (_, size) => Type::Fixed(size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0)),
                };
                self.named.insert(own_name(object, namespace)?, of.clone());
                Ok(of)
            }
            "record" | "error" => self.record(object, namespace, depth),
            "bytes" if logical == Some("decimal") => Ok(decimal(object)),
            "bytes" if logical == Some("uuid") => Ok(Type::String),
            "long" => Ok(Type::Whole(Whole {
                range: Range::LONG,
                unit: logical.and_then(unit),
            })),
            other => self.named(other, namespace),
        }
    }

    fn record(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<Type, String> {
        let name = own_name(object, namespace)?;
        let inner = name.rsplit_once('.').map_or("", |(namespace, _)| namespace).to_owned();
        self.named.insert(name.clone(), Type::Any);
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
            fields.push(FieldType {
                name: field_name.to_owned(),
                of: self.read(schema, &inner, depth + 1)?,
                has_default: field.get("default").is_some(),
            });
        }
        let of = Type::Record(Arc::new(RecordType {
            name: Some(RecordName::from(name.as_str())),
            fields,
        }));
        self.named.insert(name, of.clone());
        Ok(of)
    }
}

/// A union with one more branch. Branches stay apart, as in the schema: an int is no long when it is written.
fn beside(union: Type, branch: Type) -> Type {
    match union {
        Type::Nothing => branch,
        Type::Any => Type::Any,
        union => Type::Union(union.branches().iter().cloned().chain([branch]).collect()),
    }
}

fn decimal(object: &Map<String, Value>) -> Type {
    let number = |key: &str| object.get(key).and_then(Value::as_u64).unwrap_or(0);
    Type::Decimal(Decimal {
        precision: number("precision"),
        scale: number("scale"),
    })
}

fn unit(logical: &str) -> Option<Unit> {
    match logical {
        "timestamp-millis" | "local-timestamp-millis" => Some(Unit::Millis),
        "timestamp-micros" | "local-timestamp-micros" => Some(Unit::Micros),
        "timestamp-nanos" | "local-timestamp-nanos" => Some(Unit::Nanos),
        _ => None,
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
