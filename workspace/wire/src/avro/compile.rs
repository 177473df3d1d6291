//! From a parsed schema to a shape.

use std::{collections::HashMap, sync::Arc};

use apache_avro::{
    Schema,
    schema::{InnerDecimalSchema, RecordSchema, UuidSchema},
};
use thiserror::Error;

use super::{DEPTH_MAX, FieldShape, NODES_MAX, Node, NodeId, RecordShape, Shape, default::write_default};

/// A schema cannot be used.
#[derive(Debug, Error)]
pub enum CompileError {
    /// It is no Avro schema.
    #[error("the text is no Avro schema")]
    Parse(#[source] Box<apache_avro::Error>),
    /// It names a type that it does not define.
    #[error("the type '{0}' is not defined")]
    UnknownType(String),
    /// A default does not fit its field.
    #[error("the default of the field '{field}' does not fit its type: {reason}")]
    Default {
        /// The field.
        field: String,
        /// Why not.
        reason: String,
    },
    /// It is nested too deeply.
    #[error("the schema is nested more than {DEPTH_MAX} levels deep")]
    TooDeep,
    /// It is too large.
    #[error("the schema has more than {NODES_MAX} types and fields")]
    TooLarge,
}

impl Shape {
    /// Parses and compiles a schema.
    ///
    /// # Errors
    /// When it is no Avro schema or over a limit.
    pub fn parse(text: &str) -> Result<Self, CompileError> {
        Self::parse_with(text, &[])
    }

    /// As [`Shape::parse`], for a schema that refers to types that `references` define.
    ///
    /// # Errors
    /// When it is no Avro schema or over a limit.
    pub fn parse_with(text: &str, references: &[&str]) -> Result<Self, CompileError> {
        let parse_error = |error| CompileError::Parse(Box::new(error));
        if references.is_empty() {
            return Self::compile(&Schema::parse_str(text).map_err(parse_error)?, &[]);
        }
        let (schema, others) = Schema::parse_str_with_list(text, references.iter().copied()).map_err(parse_error)?;
        Self::compile(&schema, &others)
    }

    /// Compiles a parsed schema; `others` define types that it refers to.
    ///
    /// # Errors
    /// When a type is not defined, a default does not fit, or the schema is over a limit.
    pub fn compile(schema: &Schema, others: &[Schema]) -> Result<Self, CompileError> {
        let mut compiler = Compiler {
            nodes: Vec::new(),
            named: HashMap::new(),
            defaults: Vec::new(),
        };
        // Those that are referred to may refer to each other in any order: a round that gets no further ends it.
        let mut waiting: Vec<&Schema> = others.iter().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|other| {
                let kept = compiler.clone();
                let failed = compiler.add(other, None, 0).is_err();
                if failed {
                    compiler = kept;
                }
                failed
            });
            if waiting.len() == before {
                break;
            }
        }
        let root = compiler.add(schema, None, 0)?;
        compiler.finish(root)
    }
}

#[derive(Clone)]
struct Compiler {
    nodes: Vec<Node>,
    named: HashMap<String, NodeId>,
    /// Defaults wait until every type is known: record, field position, value.
    defaults: Vec<(NodeId, usize, serde_json::Value)>,
}

impl Compiler {
    fn add(&mut self, schema: &Schema, namespace: Option<&str>, depth: usize) -> Result<NodeId, CompileError> {
        if depth > DEPTH_MAX {
            return Err(CompileError::TooDeep);
        }
        let node = match schema {
            Schema::Null => Node::Null,
            Schema::Boolean => Node::Boolean,
            Schema::Int | Schema::Date | Schema::TimeMillis => Node::Int,
            Schema::Long
            | Schema::TimeMicros
            | Schema::TimestampMillis
            | Schema::TimestampMicros
            | Schema::TimestampNanos
            | Schema::LocalTimestampMillis
            | Schema::LocalTimestampMicros
            | Schema::LocalTimestampNanos => Node::Long,
            Schema::Float => Node::Float,
            Schema::Double => Node::Double,
            Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => match schema {
                Schema::Uuid(_) => Node::Uuid { fixed: false },
                _ => Node::Bytes,
            },
            Schema::String | Schema::Uuid(UuidSchema::String) => Node::String,
            Schema::Array(array) => Node::Array(self.add(&array.items, namespace, depth + 1)?),
            Schema::Map(map) => Node::Map(self.add(&map.types, namespace, depth + 1)?),
            Schema::Union(union) => {
                let branches: Result<_, _> = union
                    .variants()
                    .iter()
                    .map(|branch| self.add(branch, namespace, depth + 1))
                    .collect();
                Node::Union(branches?)
            }
            Schema::Decimal(decimal) => match &decimal.inner {
                InnerDecimalSchema::Bytes => Node::Bytes,
                InnerDecimalSchema::Fixed(fixed) => {
                    return self.add_named(fixed.name.fullname(namespace), Node::Fixed(fixed.size));
                }
            },
            Schema::Uuid(UuidSchema::Fixed(fixed)) => {
                return self.add_named(fixed.name.fullname(namespace), Node::Uuid { fixed: true });
            }
            Schema::Fixed(fixed) | Schema::Duration(fixed) => {
                return self.add_named(fixed.name.fullname(namespace), Node::Fixed(fixed.size));
            }
            Schema::Enum(symbols) => {
                let node = Node::Enum(symbols.symbols.iter().map(|symbol| symbol.as_str().into()).collect());
                return self.add_named(symbols.name.fullname(namespace), node);
            }
            Schema::Record(record) => return self.add_record(record, namespace, depth),
            Schema::Ref { name } => {
                let name = name.fullname(namespace);
                return self.named.get(&name).copied().ok_or(CompileError::UnknownType(name));
            }
        };
        self.push(node)
    }

    fn add_record(
        &mut self,
        record: &RecordSchema,
        namespace: Option<&str>,
        depth: usize,
    ) -> Result<NodeId, CompileError> {
        let name = record.name.fullname(namespace);
        // The name stands for the record before its fields are known, so that they can refer to it.
        let shape = RecordShape {
            name: name.as_str().into(),
            fields: Vec::new(),
        };
        let id = self.add_named(name, Node::Record(shape))?;
        let inner = record.name.namespace().or(namespace);
        let mut fields = Vec::with_capacity(record.fields.len());
        for (position, field) in record.fields.iter().enumerate() {
            let node = self.add(&field.schema, inner, depth + 1)?;
            if let Some(default) = &field.default {
                self.defaults.push((id, position, default.clone()));
            }
            fields.push(FieldShape {
                name: field.name.as_str().into(),
                node,
                default: None,
            });
        }
        if self.nodes.len() + fields.len() > NODES_MAX {
            return Err(CompileError::TooLarge);
        }
        if let Node::Record(shape) = &mut self.nodes[id.0 as usize] {
            shape.fields = fields;
        }
        Ok(id)
    }

    fn add_named(&mut self, name: String, node: Node) -> Result<NodeId, CompileError> {
        let id = self.push(node)?;
        self.named.insert(name, id);
        Ok(id)
    }

    fn push(&mut self, node: Node) -> Result<NodeId, CompileError> {
        let id = u32::try_from(self.nodes.len()).map_err(|_| CompileError::TooLarge)?;
        if self.nodes.len() >= NODES_MAX {
            return Err(CompileError::TooLarge);
        }
        self.nodes.push(node);
        Ok(NodeId(id))
    }

    fn finish(self, root: NodeId) -> Result<Shape, CompileError> {
        let mut shape = Shape {
            nodes: self.nodes,
            root,
        };
        // An outer default may need inner ones; those were met first.
        for (record, position, value) in self.defaults {
            let Node::Record(of) = shape.node(record) else { continue };
            let field = &of.fields[position];
            let mut bytes = Vec::new();
            write_default(&shape, field.node, &value, &mut bytes, 0).map_err(|reason| CompileError::Default {
                field: format!("{}.{}", of.name, field.name),
                reason,
            })?;
            if let Node::Record(of) = &mut shape.nodes[record.0 as usize] {
                of.fields[position].default = Some(Arc::from(bytes));
            }
        }
        Ok(shape)
    }
}
