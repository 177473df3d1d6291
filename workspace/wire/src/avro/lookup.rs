//! Looking up one field, and reading whole values.

use bytes::Bytes;
use palinode_core::{FieldError, FieldName, Value};

use super::{DEPTH_MAX, Malformed, Node, NodeId, Reader, RecordShape, Shape};

impl Shape {
    /// The value at `path` in `bytes`; `None` when the schema, the map or the array has no such field, key or index.
    ///
    /// Unions are looked through; below a null there are only nulls. Times and decimals come as the numbers and bytes of
    /// their schema, a UUID as text, an enum as its symbol. Bytes before the field are skipped, those behind it are not
    /// looked at.
    ///
    /// # Errors
    /// When the bytes do not follow the schema.
    pub fn value_at(&self, bytes: &[u8], path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        self.find(&mut Reader::new(bytes), path)
            .map_err(|malformed| FieldError {
                path: path.iter().map(FieldName::as_str).collect::<Vec<_>>().join("."),
                reason: malformed.to_string(),
            })
    }

    /// The whole value.
    ///
    /// # Errors
    /// When the bytes are not exactly one value of this schema.
    pub fn value(&self, bytes: &[u8]) -> Result<Value, Malformed> {
        let mut reader = Reader::new(bytes);
        let value = self.read(&mut reader, self.root, 0)?;
        reader.finish()?;
        Ok(value)
    }

    fn find(&self, reader: &mut Reader<'_>, path: &[FieldName]) -> Result<Option<Value>, Malformed> {
        let mut node = self.look_through(reader, self.root)?;
        for name in path {
            let next = match self.node(node) {
                Node::Null => return Ok(Some(Value::Null)),
                Node::Record(record) => self.enter_record(reader, record, name)?,
                Node::Map(values) => self.enter_map(reader, *values, name)?,
                Node::Array(items) => match name.as_str().parse() {
                    Ok(index) => self.enter_array(reader, *items, index)?,
                    Err(_) => None,
                },
                _ => None,
            };
            let Some(next) = next else { return Ok(None) };
            node = self.look_through(reader, next)?;
        }
        self.read(reader, node, 0).map(Some)
    }

    /// Goes through unions to the branch that the bytes hold.
    fn look_through(&self, reader: &mut Reader<'_>, mut node: NodeId) -> Result<NodeId, Malformed> {
        while let Node::Union(branches) = self.node(node) {
            node = reader.branch(branches)?;
        }
        Ok(node)
    }

    fn enter_record(
        &self,
        reader: &mut Reader<'_>,
        record: &RecordShape,
        name: &FieldName,
    ) -> Result<Option<NodeId>, Malformed> {
        let Some(position) = record.position(name.as_str()) else {
            return Ok(None);
        };
        for field in &record.fields[..position] {
            reader.skip(self, field.node, 0)?;
        }
        Ok(Some(record.fields[position].node))
    }

    fn enter_map(
        &self,
        reader: &mut Reader<'_>,
        values: NodeId,
        name: &FieldName,
    ) -> Result<Option<NodeId>, Malformed> {
        loop {
            let (count, _) = reader.block()?;
            if count == 0 {
                return Ok(None);
            }
            for _ in 0..count {
                if reader.bytes()? == name.as_str().as_bytes() {
                    return Ok(Some(values));
                }
                reader.skip(self, values, 0)?;
            }
        }
    }

    fn enter_array(&self, reader: &mut Reader<'_>, items: NodeId, index: u64) -> Result<Option<NodeId>, Malformed> {
        let mut before = index;
        loop {
            let (count, _) = reader.block()?;
            if count == 0 {
                return Ok(None);
            }
            for _ in 0..count {
                if before == 0 {
                    return Ok(Some(items));
                }
                before -= 1;
                reader.skip(self, items, 0)?;
            }
        }
    }

    fn read(&self, reader: &mut Reader<'_>, node: NodeId, depth: usize) -> Result<Value, Malformed> {
        if depth > DEPTH_MAX {
            return Err(Malformed::TooDeep);
        }
        Ok(match self.node(node) {
            Node::Null => {
                reader.empty()?;
                Value::Null
            }
            Node::Boolean => Value::Boolean(reader.boolean()?),
            Node::Int => Value::Long(i64::from(reader.int()?)),
            Node::Long => Value::Long(reader.long()?),
            Node::Float => Value::Double(f64::from(reader.float()?)),
            Node::Double => Value::Double(reader.double()?),
            Node::Bytes => Value::Bytes(Bytes::copy_from_slice(reader.bytes()?)),
            Node::String => Value::String(reader.string()?.into()),
            Node::Uuid { fixed } => Value::String(reader.uuid(*fixed)?.to_string().into()),
            Node::Fixed(size) => Value::Bytes(Bytes::copy_from_slice(reader.fixed(*size)?)),
            Node::Enum(symbols) => Value::String(reader.symbol(symbols)?.clone()),
            Node::Array(items) => {
                let mut list = Vec::new();
                self.each(reader, |reader| {
                    list.push(self.read(reader, *items, depth + 1)?);
                    Ok(())
                })?;
                Value::List(list)
            }
            Node::Map(values) => {
                let mut entries = Vec::new();
                self.each(reader, |reader| {
                    let key = reader.string()?;
                    entries.push((key.into(), self.read(reader, *values, depth + 1)?));
                    Ok(())
                })?;
                Value::Record(entries)
            }
            Node::Union(branches) => {
                let branch = reader.branch(branches)?;
                self.read(reader, branch, depth + 1)?
            }
            Node::Record(record) => {
                if record.fields.is_empty() {
                    reader.empty()?;
                }
                let mut fields = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    fields.push((field.name.clone(), self.read(reader, field.node, depth + 1)?));
                }
                Value::Record(fields)
            }
        })
    }

    fn each<'a>(
        &self,
        reader: &mut Reader<'a>,
        mut item: impl FnMut(&mut Reader<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        loop {
            let (count, _) = reader.block()?;
            if count == 0 {
                return Ok(());
            }
            for _ in 0..count {
                item(reader)?;
            }
        }
    }
}
