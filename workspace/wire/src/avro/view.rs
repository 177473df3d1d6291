//! Looking at a schema, for checks before anything runs.

use std::sync::Arc;

use palinode_core::{FieldName, RecordName};

use super::{FieldShape, Node, NodeId, RecordShape, Shape};

/// One type of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Type<'a> {
    shape: &'a Shape,
    node: NodeId,
}

/// What a type is.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// No value.
    Null,
    /// True or false.
    Boolean,
    /// 32 bits.
    Int,
    /// 64 bits; also times.
    Long,
    /// 32 bits.
    Float,
    /// 64 bits.
    Double,
    /// Bytes; also decimals.
    Bytes,
    /// This many bytes.
    Fixed(usize),
    /// Text; also UUIDs.
    String,
    /// One of these symbols.
    Enum(&'a [Arc<str>]),
    /// A list of this type.
    Array(Type<'a>),
    /// Text to this type.
    Map(Type<'a>),
    /// One of several types, among which a lone type beside null does not count: see [`Type::is_nullable`].
    Union,
    /// A record.
    Record(RecordView<'a>),
}

/// A record type.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    shape: &'a Shape,
    record: &'a RecordShape,
}

/// A field of a record type.
#[derive(Clone, Copy, Debug)]
pub struct FieldView<'a> {
    shape: &'a Shape,
    field: &'a FieldShape,
}

impl Shape {
    /// The type of the whole datum.
    pub fn root(&self) -> Type<'_> {
        Type {
            shape: self,
            node: self.root,
        }
    }

    /// The type at `path`, as [`Shape::value_at`] walks it; `None` when the schema has no such field. A field below a
    /// union of several types is not found.
    pub fn type_at(&self, path: &[FieldName]) -> Option<Type<'_>> {
        let mut at = self.root();
        for name in path {
            at = match at.kind() {
                Kind::Record(record) => record.field(name.as_str())?.of(),
                Kind::Map(values) => values,
                Kind::Array(items) if name.as_str().parse::<u64>().is_ok() => items,
                _ => return None,
            };
        }
        Some(at)
    }
}

impl<'a> Type<'a> {
    /// What the type is; of a union with null, what it is beside null.
    pub fn kind(self) -> Kind<'a> {
        let shape = self.shape;
        let of = |node: NodeId| Self { shape, node };
        match shape.node(self.node) {
            Node::Null => Kind::Null,
            Node::Boolean => Kind::Boolean,
            Node::Int => Kind::Int,
            Node::Long => Kind::Long,
            Node::Float => Kind::Float,
            Node::Double => Kind::Double,
            Node::Bytes => Kind::Bytes,
            Node::String | Node::Uuid { .. } => Kind::String,
            Node::Fixed(size) => Kind::Fixed(*size),
            Node::Enum(symbols) => Kind::Enum(symbols),
            Node::Array(items) => Kind::Array(of(*items)),
            Node::Map(values) => Kind::Map(of(*values)),
            Node::Record(record) => Kind::Record(RecordView { shape, record }),
            Node::Union(_) => {
                let mut branches = self
                    .branches()
                    .filter(|branch| !matches!(shape.node(branch.node), Node::Null));
                match (branches.next(), branches.next()) {
                    (None, _) => Kind::Null,
                    (Some(only), None) => only.kind(),
                    (Some(_), Some(_)) => Kind::Union,
                }
            }
        }
    }

    /// Whether null is a value of the type.
    pub fn is_nullable(self) -> bool {
        self.branches()
            .any(|branch| matches!(branch.shape.node(branch.node), Node::Null))
    }

    /// The types of a union, and of any other type itself.
    pub fn branches(self) -> impl Iterator<Item = Type<'a>> {
        let nodes = match self.shape.node(self.node) {
            Node::Union(branches) => branches.clone(),
            _ => vec![self.node],
        };
        nodes.into_iter().map(move |node| Self {
            shape: self.shape,
            node,
        })
    }
}

impl<'a> RecordView<'a> {
    /// The full name.
    pub fn name(self) -> &'a RecordName {
        &self.record.name
    }

    /// The fields, in order.
    pub fn fields(self) -> impl Iterator<Item = FieldView<'a>> {
        self.record.fields.iter().map(move |field| FieldView {
            shape: self.shape,
            field,
        })
    }

    /// The field called `name`.
    pub fn field(self, name: &str) -> Option<FieldView<'a>> {
        self.record.position(name).map(|at| FieldView {
            shape: self.shape,
            field: &self.record.fields[at],
        })
    }
}

impl<'a> FieldView<'a> {
    /// Its name.
    pub fn name(self) -> &'a FieldName {
        &self.field.name
    }

    /// Its type.
    pub fn of(self) -> Type<'a> {
        Type {
            shape: self.shape,
            node: self.field.node,
        }
    }

    /// Whether it may be left out when writing.
    pub fn has_default(self) -> bool {
        self.field.default.is_some()
    }
}
