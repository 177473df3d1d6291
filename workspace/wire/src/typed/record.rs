//! The fields of a record as serde sees them: those that were written, then the defaults of those that were not.

use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess};

use super::{
    Error,
    de::{ValueReader, Wanted},
};
use crate::avro::{FieldShape, Malformed, Node, Reader, RecordShape, Shape};

pub(super) struct RecordAccess<'r, 'de> {
    input: &'r mut Reader<'de>,
    shape: &'de Shape,
    written: std::slice::Iter<'de, FieldShape>,
    /// The reader's record, and its shape.
    wanted: Option<(&'de Shape, &'de RecordShape)>,
    missing: Vec<&'de FieldShape>,
    depth: usize,
    next: Option<Next<'de>>,
}

/// The field whose name was given and whose value is not yet taken.
enum Next<'de> {
    Written(&'de FieldShape),
    Default(&'de Shape, &'de FieldShape, &'de [u8]),
}

impl<'r, 'de> RecordAccess<'r, 'de> {
    pub(super) fn new(
        input: &'r mut Reader<'de>,
        shape: &'de Shape,
        record: &'de RecordShape,
        reader: Option<Wanted<'de>>,
        depth: usize,
    ) -> Result<Self, Malformed> {
        if record.fields.is_empty() {
            input.empty()?;
        }
        let wanted = reader.and_then(|side| {
            let found = side.nodes().find_map(|node| match node {
                Node::Record(found) => Some(found),
                _ => None,
            });
            found.map(|found| (side.shape, found))
        });
        let missing = match wanted {
            Some((_, wanted)) if !std::ptr::eq(wanted, record) => {
                let absent = |field: &&FieldShape| record.position(field.name.as_str()).is_none();
                wanted.fields.iter().filter(absent).collect()
            }
            _ => Vec::new(),
        };
        Ok(Self {
            input,
            shape,
            written: record.fields.iter(),
            wanted,
            missing,
            depth,
            next: None,
        })
    }

    fn advance(&mut self) -> Option<&'de FieldShape> {
        if let Some(field) = self.written.next() {
            self.next = Some(Next::Written(field));
            return Some(field);
        }
        while let Some(field) = self.missing.pop() {
            if let (Some((shape, _)), Some(default)) = (self.wanted, &field.default) {
                self.next = Some(Next::Default(shape, field, default));
                return Some(field);
            }
        }
        None
    }
}

impl<'de> MapAccess<'de> for RecordAccess<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.advance() {
            Some(field) => seed.deserialize(field.name.as_str().into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        match self.next.take() {
            Some(Next::Written(field)) => {
                let reader = self.wanted.and_then(|(shape, record)| {
                    let position = record.position(field.name.as_str())?;
                    Some(Wanted {
                        shape,
                        node: record.fields[position].node,
                    })
                });
                let (input, shape) = (&mut *self.input, self.shape);
                seed.deserialize(ValueReader {
                    input,
                    shape,
                    node: field.node,
                    reader,
                    depth: self.depth,
                })
            }
            Some(Next::Default(shape, field, bytes)) => {
                let mut input = Reader::new(bytes);
                let node = field.node;
                seed.deserialize(ValueReader {
                    input: &mut input,
                    shape,
                    node,
                    reader: None,
                    depth: self.depth,
                })
            }
            None => Err(Error::Serde("a value was asked for before its name".to_owned())),
        }
    }
}
