//! The end of a file: what was being written when the process was killed is no damage.

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Whole<T> {
    /// Its entries, each with the place of its first byte.
    pub(super) entries: Vec<(usize, T)>,
    /// Where they end: what follows was not written to its end.
    pub(super) end: usize,
}

/// The entries of a file of `length` bytes, whose reader gives the entry that stands whole at a place, and its bytes.
///
/// # Errors
/// The place of what is no entry, but is followed by one: not an end that was cut, but damage.
pub(super) fn whole<T>(length: usize, entry_at: impl Fn(usize) -> Option<(T, usize)>) -> Result<Whole<T>, usize> {
    let (mut entries, mut end) = (Vec::new(), 0);
    while let Some((entry, bytes)) = entry_at(end) {
        entries.push((end, entry));
        end += bytes;
    }
    if (end + 1..length).any(|later| entry_at(later).is_some()) {
        return Err(end);
    }
    Ok(Whole { entries, end })
}
