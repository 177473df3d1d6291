//! Arrays of Avro, as one block or several.

use super::{Malformed, Reader, write_block_end, write_long};

/// Appends a list, each item written by `write`.
pub(crate) fn write_list<T>(out: &mut Vec<u8>, list: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    if !list.is_empty() {
        write_long(out, i64::try_from(list.len()).unwrap_or(i64::MAX));
        list.iter().for_each(|item| write(out, item));
    }
    write_block_end(out);
}

/// Reads a list, each item by `read`.
pub(crate) fn read_list<'a, T>(
    input: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let mut list = Vec::new();
    loop {
        let (count, _) = input.block()?;
        if count == 0 {
            return Ok(list);
        }
        for _ in 0..count {
            list.push(read(input)?);
        }
    }
}
