//! A compiled schema.

use std::sync::Arc;

use palinode_core::{FieldName, RecordName};

/// A schema compiled into a flat table: references between named types are indexes, so recursion needs no care.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The nodes; the root stands at [`Shape::root`].
    pub(crate) nodes: Vec<Node>,
    /// The node of the whole datum.
    pub(crate) root: NodeId,
}

/// The index of a node in its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub(crate) u32);

/// One type of a schema, reduced to how its bytes are laid out and what value they give.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    /// A UUID in 16 bytes, with or without a length before them; its value is text.
    Uuid {
        fixed: bool,
    },
    Fixed(usize),
    Enum(Vec<Arc<str>>),
    Array(NodeId),
    Map(NodeId),
    Union(Vec<NodeId>),
    Record(RecordShape),
}

/// A record type.
#[derive(Clone, Debug)]
pub(crate) struct RecordShape {
    pub(crate) name: RecordName,
    pub(crate) fields: Vec<FieldShape>,
}

/// A field of a record type.
#[derive(Clone, Debug)]
pub(crate) struct FieldShape {
    pub(crate) name: FieldName,
    pub(crate) node: NodeId,
    /// The default in binary form.
    pub(crate) default: Option<Arc<[u8]>>,
}

impl RecordShape {
    /// The position of the field called `name`.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name.as_str() == name)
    }
}

impl Shape {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        // Ids are made by the compiler of this very shape, so that they are always in range.
        &self.nodes[id.0 as usize]
    }

    /// The root, when it is a record.
    pub(crate) fn root_record(&self) -> Option<&RecordShape> {
        match self.node(self.root) {
            Node::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The full name of the record, when the schema is one.
    pub fn record_name(&self) -> Option<&RecordName> {
        self.root_record().map(|record| &record.name)
    }
}

impl Node {
    /// What messages call the type.
    pub(crate) fn describe(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Int => "an int",
            Self::Long => "a long",
            Self::Float => "a float",
            Self::Double => "a double",
            Self::Bytes => "bytes",
            Self::String => "a string",
            Self::Uuid { .. } => "a UUID",
            Self::Fixed(_) => "a fixed",
            Self::Enum(_) => "an enum",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Union(_) => "a union",
            Self::Record(record) => record.name.as_str(),
        }
    }
}
