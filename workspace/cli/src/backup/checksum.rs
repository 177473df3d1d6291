//! SHA-256 of what is read and written, on the way.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

/// What goes through it is counted and summed; with [`Summing::expect`] it has to be what was expected.
pub(super) struct Summing<T> {
    inner: T,
    digest: Sha256,
    bytes: u64,
    expected: Option<(u64, String)>,
}

impl<T> Summing<T> {
    /// Nothing has gone through to or from `inner`.
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            digest: Sha256::new(),
            bytes: 0,
            expected: None,
        }
    }

    /// The same, but its end is an error when other than so many bytes with this checksum were read.
    pub(super) fn expect(self, bytes: u64, sha256: &str) -> Self {
        Self {
            expected: Some((bytes, sha256.to_owned())),
            ..self
        }
    }

    /// How many bytes there were, and their SHA-256 in hexadecimal.
    pub(super) fn sum(&self) -> (u64, String) {
        (self.bytes, hex::encode(self.digest.clone().finalize()))
    }

    fn count(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count(buffer.get(..length).unwrap_or_default());
        let is_end = length == 0 && !buffer.is_empty();
        if is_end && self.expected.as_ref().is_some_and(|expected| *expected != self.sum()) {
            return Err(io::Error::other("the file has changed while it was read"));
        }
        Ok(length)
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(buffer)?;
        self.count(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// How long a file is, and its SHA-256 in hexadecimal.
pub(super) fn of_file(path: &Path) -> io::Result<(u64, String)> {
    let mut file = Summing::new(File::open(path)?);
    io::copy(&mut file, &mut io::sink())?;
    Ok(file.sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_between_two_reads_has_no_good_end() {
        let (bytes, sha256) = {
            let mut first = Summing::new(&b"a table"[..]);
            io::copy(&mut first, &mut io::sink()).unwrap();
            first.sum()
        };
        let again = |content: &[u8]| io::copy(&mut Summing::new(content).expect(bytes, &sha256), &mut io::sink());
        assert_eq!(again(b"a table").unwrap(), 7);
        assert!(again(b"a tablE").is_err());
        assert!(again(b"a table that has grown").is_err());
    }
}
