//! What values of a schema look like.

use std::{fmt, sync::Arc};

use palinode_core::{RecordName, Value};

/// The type of a value, without logical types: expressions see none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Not known here; fits everything.
    Any,
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    /// The symbols.
    Enum(Arc<[String]>),
    List(Arc<Shape>),
    Map(Arc<Shape>),
    Record(Arc<RecordShape>),
    Union(Arc<[Shape]>),
}

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RecordShape {
    pub(super) name: RecordName,
    pub(super) fields: Vec<FieldShape>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldShape {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) has_default: bool,
}

impl RecordShape {
    pub(super) fn field(&self, name: &str) -> Option<&FieldShape> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Shape {
    /// This, or nothing.
    pub(super) fn nullable(self) -> Self {
        match self {
            Self::Any | Self::Null => self,
            Self::Union(branches) if branches.contains(&Self::Null) => Self::Union(branches),
            Self::Union(branches) => Self::Union([Self::Null].into_iter().chain(branches.iter().cloned()).collect()),
            other => Self::Union([Self::Null, other].into()),
        }
    }

    /// The shape of a value that is always the same.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(_) => Self::Boolean,
            Value::Long(number) if i32::try_from(*number).is_ok() => Self::Int,
            Value::Long(_) => Self::Long,
            // A constant is written with few digits; which of the two it becomes is the schema's matter.
            Value::Double(_) => Self::Float,
            Value::String(_) => Self::String,
            Value::Bytes(_) => Self::Bytes,
            Value::List(items) => Self::List(Arc::new(items.first().map_or(Self::Any, Self::of))),
            Value::Record(_) => Self::Any,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("anything"),
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Int => f.write_str("int"),
            Self::Long => f.write_str("long"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Bytes => f.write_str("bytes"),
            Self::String => f.write_str("string"),
            Self::Enum(_) => f.write_str("enum"),
            Self::List(item) => write!(f, "array of {item}"),
            Self::Map(value) => write!(f, "map of {value}"),
            Self::Record(record) => record.name.fmt(f),
            Self::Union(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" or ")?;
                    }
                    branch.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}
