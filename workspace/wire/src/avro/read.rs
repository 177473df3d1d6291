//! Reading Avro's binary form. Nothing here trusts the bytes: every length is held against what is left.

use thiserror::Error;

use super::{DEPTH_MAX, EMPTY_VALUES_MAX, Node, NodeId, Shape};

/// Bytes do not follow their schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// The bytes end within a value.
    #[error("the bytes end within a value")]
    EndOfBytes,
    /// A variable-length number has more than ten bytes.
    #[error("a number has more than ten bytes")]
    LongNumber,
    /// A number does not fit into an int.
    #[error("the number {0} is no int")]
    NotAnInt(i64),
    /// A number that counts something is negative.
    #[error("the number {0} is negative")]
    Negative(i64),
    /// A boolean is neither 0 nor 1.
    #[error("the byte {0} is no boolean")]
    NotABoolean(u8),
    /// A length is negative.
    #[error("the length {0} is negative")]
    NegativeLength(i64),
    /// A string is no UTF-8 text.
    #[error("a string is no UTF-8 text")]
    NotText,
    /// A union has no such branch.
    #[error("the union has no branch {0}")]
    UnknownBranch(i64),
    /// An enum has no such symbol.
    #[error("the enum has no symbol {0}")]
    UnknownSymbol(i64),
    /// Bytes are left behind the datum.
    #[error("{0} bytes are left behind the value")]
    TrailingBytes(usize),
    /// A UUID does not have 16 bytes.
    #[error("a UUID has {0} bytes instead of 16")]
    NotAUuid(usize),
    /// Values are nested too deeply.
    #[error("the value is nested more than {DEPTH_MAX} levels deep")]
    TooDeep,
    /// More values of no bytes than are allowed.
    #[error("the value holds more than {EMPTY_VALUES_MAX} values of no bytes")]
    TooManyEmpty,
}

/// Reads from the front of a slice.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    empties_left: usize,
    /// Whether skipped text is held against UTF-8.
    strict: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            empties_left: EMPTY_VALUES_MAX.saturating_add(bytes.len()),
            strict: false,
        }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed::TrailingBytes(self.rest.len()))
        }
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed::EndOfBytes)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn long(&mut self) -> Result<i64, Malformed> {
        let mut number = 0_u64;
        for (at, byte) in self.rest.iter().take(10).enumerate() {
            // The tenth byte has room for one bit only.
            if at == 9 && *byte > 1 {
                return Err(Malformed::LongNumber);
            }
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[at + 1..];
                return Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()));
            }
        }
        Err(if self.rest.len() < 10 {
            Malformed::EndOfBytes
        } else {
            Malformed::LongNumber
        })
    }

    #[inline]
    pub(crate) fn int(&mut self) -> Result<i32, Malformed> {
        let number = self.long()?;
        i32::try_from(number).map_err(|_| Malformed::NotAnInt(number))
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, Malformed> {
        match self.take(1)? {
            [0] => Ok(false),
            [1] => Ok(true),
            other => Err(Malformed::NotABoolean(other[0])),
        }
    }

    pub(crate) fn float(&mut self) -> Result<f32, Malformed> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.take(4)?);
        Ok(f32::from_le_bytes(bytes))
    }

    pub(crate) fn double(&mut self) -> Result<f64, Malformed> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(f64::from_le_bytes(bytes))
    }

    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.long()?;
        if length < 0 {
            return Err(Malformed::NegativeLength(length));
        }
        self.take(usize::try_from(length).map_err(|_| Malformed::EndOfBytes)?)
    }

    #[inline]
    pub(crate) fn string(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed::NotText)
    }

    pub(crate) fn fixed(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        if size == 0 {
            self.empty()?;
        }
        self.take(size)
    }

    pub(crate) fn uuid(&mut self, fixed: bool) -> Result<uuid::Uuid, Malformed> {
        let bytes = if fixed { self.take(16)? } else { self.bytes()? };
        uuid::Uuid::from_slice(bytes).map_err(|_| Malformed::NotAUuid(bytes.len()))
    }

    /// Counts a value of no bytes.
    #[inline]
    pub(crate) fn empty(&mut self) -> Result<(), Malformed> {
        self.empties_left = self.empties_left.checked_sub(1).ok_or(Malformed::TooManyEmpty)?;
        Ok(())
    }

    /// The branch of a union.
    #[inline]
    pub(crate) fn branch(&mut self, branches: &[NodeId]) -> Result<NodeId, Malformed> {
        let index = self.long()?;
        usize::try_from(index)
            .ok()
            .and_then(|at| branches.get(at))
            .copied()
            .ok_or(Malformed::UnknownBranch(index))
    }

    /// The symbol of an enum.
    pub(crate) fn symbol<'s, T>(&mut self, symbols: &'s [T]) -> Result<&'s T, Malformed> {
        let index = self.long()?;
        usize::try_from(index)
            .ok()
            .and_then(|at| symbols.get(at))
            .ok_or(Malformed::UnknownSymbol(index))
    }

    /// The number of items in the next block of an array or map, and the bytes they fill when the writer said so; zero
    /// items: the end.
    pub(crate) fn block(&mut self) -> Result<(u64, Option<usize>), Malformed> {
        let count = self.long()?;
        if count >= 0 {
            return Ok((count.unsigned_abs(), None));
        }
        let bytes = self.long()?;
        let bytes = usize::try_from(bytes).map_err(|_| Malformed::NegativeLength(bytes))?;
        if bytes > self.rest.len() {
            Err(Malformed::EndOfBytes)
        } else {
            Ok((count.unsigned_abs(), Some(bytes)))
        }
    }

    /// Goes past one value of `node`.
    pub(crate) fn skip(&mut self, shape: &Shape, node: NodeId, depth: usize) -> Result<(), Malformed> {
        if depth > DEPTH_MAX {
            return Err(Malformed::TooDeep);
        }
        match shape.node(node) {
            Node::Null => self.empty()?,
            Node::Boolean => {
                self.boolean()?;
            }
            Node::Int => {
                self.int()?;
            }
            Node::Long => {
                self.long()?;
            }
            Node::Float => {
                self.take(4)?;
            }
            Node::Double => {
                self.take(8)?;
            }
            Node::String if self.strict => {
                self.string()?;
            }
            Node::Bytes | Node::String => {
                self.bytes()?;
            }
            Node::Uuid { fixed } => {
                self.uuid(*fixed)?;
            }
            Node::Fixed(size) => {
                self.fixed(*size)?;
            }
            Node::Enum(symbols) => {
                self.symbol(symbols)?;
            }
            Node::Array(items) => self.skip_blocks(|reader| reader.skip(shape, *items, depth + 1))?,
            Node::Map(values) => self.skip_blocks(|reader| {
                if reader.strict {
                    reader.string()?;
                } else {
                    reader.bytes()?;
                }
                reader.skip(shape, *values, depth + 1)
            })?,
            Node::Union(branches) => {
                let branch = self.branch(branches)?;
                self.skip(shape, branch, depth + 1)?;
            }
            Node::Record(record) => {
                if record.fields.is_empty() {
                    self.empty()?;
                }
                for field in &record.fields {
                    self.skip(shape, field.node, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn skip_blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        loop {
            match self.block()? {
                (0, _) => return Ok(()),
                (_, Some(bytes)) if !self.strict => {
                    self.take(bytes)?;
                }
                (count, _) => {
                    for _ in 0..count {
                        item(self)?;
                    }
                }
            }
        }
    }
}

impl Shape {
    /// Moves `bytes` past one value.
    ///
    /// # Errors
    /// When the bytes do not follow the schema; `bytes` stays as it was.
    pub fn skip(&self, bytes: &mut &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(bytes);
        reader.skip(self, self.root, 0)?;
        *bytes = reader.rest();
        Ok(())
    }

    /// Whether `bytes` are exactly one value of this schema, all of its text UTF-8.
    ///
    /// # Errors
    /// When they are not.
    pub fn check(&self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader {
            strict: true,
            ..Reader::new(bytes)
        };
        reader.skip(self, self.root, 0)?;
        reader.finish()
    }
}
