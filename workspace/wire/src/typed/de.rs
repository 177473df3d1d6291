//! From bytes to structs: a serde deserializer that walks the writer's schema.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{Error, record::RecordAccess};
use crate::avro::{DEPTH_MAX, Malformed, Node, NodeId, Reader, Shape};

/// Reads exactly one value from `bytes`, written by the schema `writer`. Fields that the writer did not have come from
/// the defaults of `reader`.
pub(crate) fn from_bytes<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    writer: &'de Shape,
    reader: Option<&'de Shape>,
) -> Result<T, Error> {
    let mut input = Reader::new(bytes);
    let reader = reader.map(|shape| Wanted {
        shape,
        node: shape.root,
    });
    let value = T::deserialize(ValueReader {
        input: &mut input,
        shape: writer,
        node: writer.root,
        reader,
        depth: 0,
    })?;
    input.finish()?;
    Ok(value)
}

/// The reader's side of the type at hand.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'de> {
    pub(super) shape: &'de Shape,
    pub(super) node: NodeId,
}

impl<'de> Wanted<'de> {
    /// The type itself, and of a union its branches.
    pub(super) fn nodes(self) -> impl Iterator<Item = &'de Node> {
        let branches: &[NodeId] = match self.shape.node(self.node) {
            Node::Union(branches) => branches,
            _ => &[],
        };
        std::iter::once(self.node)
            .chain(branches.iter().copied())
            .map(move |node| self.shape.node(node))
    }

    fn inside(self, pick: impl Fn(&Node) -> Option<NodeId>) -> Option<Self> {
        self.nodes().find_map(|node| {
            Some(Self {
                node: pick(node)?,
                ..self
            })
        })
    }
}

/// Reads one value.
pub(super) struct ValueReader<'r, 'de> {
    pub(super) input: &'r mut Reader<'de>,
    pub(super) shape: &'de Shape,
    pub(super) node: NodeId,
    pub(super) reader: Option<Wanted<'de>>,
    pub(super) depth: usize,
}

impl<'de> ValueReader<'_, 'de> {
    /// Goes through unions to the branch that the bytes hold.
    fn look_through(&mut self) -> Result<&'de Node, Error> {
        while let Node::Union(branches) = self.shape.node(self.node) {
            self.node = self.input.branch(branches)?;
        }
        Ok(self.shape.node(self.node))
    }
}

impl<'de> Deserializer<'de> for ValueReader<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        if self.depth > DEPTH_MAX {
            return Err(Malformed::TooDeep.into());
        }
        let node = self.look_through()?;
        let Self {
            input,
            shape,
            reader,
            depth,
            ..
        } = self;
        match node {
            Node::Null | Node::Union(_) => {
                input.empty()?;
                visitor.visit_unit()
            }
            Node::Boolean => visitor.visit_bool(input.boolean()?),
            Node::Int => visitor.visit_i32(input.int()?),
            Node::Long => visitor.visit_i64(input.long()?),
            Node::Float => visitor.visit_f32(input.float()?),
            Node::Double => visitor.visit_f64(input.double()?),
            Node::Bytes => visitor.visit_borrowed_bytes(input.bytes()?),
            Node::String => visitor.visit_borrowed_str(input.string()?),
            Node::Uuid { fixed } => visitor.visit_string(input.uuid(*fixed)?.to_string()),
            Node::Fixed(size) => visitor.visit_borrowed_bytes(input.fixed(*size)?),
            Node::Enum(symbols) => visitor.visit_borrowed_str(input.symbol(symbols)?),
            Node::Array(items) => {
                let reader = reader.and_then(|side| {
                    side.inside(|node| match node {
                        Node::Array(items) => Some(*items),
                        _ => None,
                    })
                });
                visitor.visit_seq(Blocks {
                    input,
                    shape,
                    node: *items,
                    reader,
                    depth: depth + 1,
                    left: 0,
                    ended: false,
                })
            }
            Node::Map(values) => {
                let reader = reader.and_then(|side| {
                    side.inside(|node| match node {
                        Node::Map(values) => Some(*values),
                        _ => None,
                    })
                });
                visitor.visit_map(Blocks {
                    input,
                    shape,
                    node: *values,
                    reader,
                    depth: depth + 1,
                    left: 0,
                    ended: false,
                })
            }
            Node::Record(record) => visitor.visit_map(RecordAccess::new(input, shape, record, reader, depth + 1)?),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        if matches!(self.look_through()?, Node::Null) {
            self.input.empty()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.look_through()? {
            Node::Enum(symbols) => visitor.visit_enum((&**self.input.symbol(symbols)?).into_deserializer()),
            Node::String => visitor.visit_enum(self.input.string()?.into_deserializer()),
            _ => Err(Error::Serde(
                "a Rust enum is read from an Avro enum or a string".to_owned(),
            )),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.input.skip(self.shape, self.node, self.depth)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// The items of an array or the entries of a map.
struct Blocks<'r, 'de> {
    input: &'r mut Reader<'de>,
    shape: &'de Shape,
    node: NodeId,
    reader: Option<Wanted<'de>>,
    depth: usize,
    left: u64,
    ended: bool,
}

impl<'de> Blocks<'_, 'de> {
    fn has_next(&mut self) -> Result<bool, Error> {
        if self.left == 0 && !self.ended {
            self.left = self.input.block()?.0;
            self.ended = self.left == 0;
        }
        Ok(!self.ended)
    }

    fn value<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.left -= 1;
        let Self {
            shape,
            node,
            reader,
            depth,
            ..
        } = *self;
        seed.deserialize(ValueReader {
            input: &mut *self.input,
            shape,
            node,
            reader,
            depth,
        })
    }
}

impl<'de> SeqAccess<'de> for Blocks<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.has_next()? {
            self.value(seed).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for Blocks<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if !self.has_next()? {
            return Ok(None);
        }
        let key = self.input.string()?;
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.value(seed)
    }
}
