//! What a folder of a log holds after a restart.

use std::{fs, path::Path};

use bytes::Bytes;
use palinode_broker::{Batch, Found, LogId, Position, StorageError};

use super::{
    failure::{damaged, failed},
    files::Files,
    log::{Compacted, Log},
    names::Name,
    tail,
};

/// Where in a batch its length stands, which does not count itself and what is before it.
const LENGTH_AT: usize = 8;
const LENGTH_END: usize = 12;
/// Where the format's version stands, and the only one that is kept.
const MAGIC_AT: usize = 16;
const MAGIC: u8 = 2;

/// Reads a log and hands over its batches.
///
/// # Errors
/// A file is damaged before its end, or the disk failed.
pub(super) fn recover(files: &mut Files, id: LogId, found: &mut dyn FnMut(Found)) -> Result<Log, StorageError> {
    let names = names(&super::names::folder_of(files.logs(), id))?;
    let mut recovered = Log::default();
    let mut last_offset = None;
    // Of two compactions up to the same place the later one left no more, so that it begins no earlier.
    let compacted = names
        .iter()
        .copied()
        .filter_map(before)
        .max_by_key(|(_, before)| *before);
    let from = compacted.map_or(0, |(_, before)| before);
    if let Some((name, before)) = compacted {
        let bytes = hand_over(&mut *files, id, name, 0, true, &mut last_offset, found)?;
        recovered.compacted = Some(Compacted {
            start: name.start(),
            bytes,
            before,
        });
    }
    let starts: Vec<u64> = names.iter().filter_map(|name| start(*name)).collect();
    for (at, start) in starts.iter().enumerate() {
        let next = starts.get(at + 1);
        let name = Name::Batches { start: *start };
        if next.is_some_and(|next| *next <= from) {
            continue;
        }
        let bytes = hand_over(&mut *files, id, name, from, next.is_some(), &mut last_offset, found)?;
        recovered.segments.insert(*start, bytes);
    }
    // What a compaction had replaced when the process was killed.
    let is_kept = |name: &Name| match *name {
        Name::Batches { start } => recovered.segments.contains_key(&start),
        Name::Compacted { .. } => Some(*name) == compacted.map(|(name, _)| name),
    };
    for name in names.iter().filter(|name| !is_kept(name)) {
        let path = files.path(id, *name);
        files.remove(id, *name).map_err(failed("remove", &path))?;
    }
    Ok(recovered)
}

/// The files of a log, in order; what was not written to its end is removed.
fn names(folder: &Path) -> Result<Vec<Name>, StorageError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let path = entry.map_err(failed("read", folder))?.path();
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
        match Name::of(file) {
            Some(name) => names.push(name),
            None if file.ends_with(".new") => fs::remove_file(&path).map_err(failed("remove", &path))?,
            None => {}
        }
    }
    names.sort();
    Ok(names)
}

fn before(name: Name) -> Option<(Name, u64)> {
    match name {
        Name::Compacted { before, .. } => Some((name, before)),
        Name::Batches { .. } => None,
    }
}

fn start(name: Name) -> Option<u64> {
    match name {
        Name::Batches { start } => Some(start),
        Name::Compacted { .. } => None,
    }
}

/// Hands over the batches of a file from a position on, and says how many bytes the file has; an end that was not written
/// to its end is cut off, unless the file must be `complete`.
fn hand_over(
    files: &mut Files,
    id: LogId,
    name: Name,
    from: u64,
    complete: bool,
    last_offset: &mut Option<i64>,
    found: &mut dyn FnMut(Found),
) -> Result<u64, StorageError> {
    let path = files.path(id, name);
    let bytes = Bytes::from(fs::read(&path).map_err(failed("read", &path))?);
    let damage = |at: usize, what| damaged(&path, at as u64, what);
    let whole =
        tail::whole(bytes.len(), |at| batch_at(&bytes, at)).map_err(|at| damage(at, "no batch stands there"))?;
    if whole.end < bytes.len() {
        if complete {
            return Err(damage(whole.end, "no batch stands there"));
        }
        let file = files.get(id, name).map_err(failed("open", &path))?;
        file.set_len(whole.end as u64).map_err(failed("cut", &path))?;
    }
    for (at, batch) in whole.entries {
        let position = name.start() + at as u64;
        if position < from {
            continue;
        }
        if last_offset.is_some_and(|last| batch.base_offset() <= last) {
            return Err(damage(at, "its offset is not behind the one before"));
        }
        *last_offset = Some(batch.last_offset());
        found(Found::Batch {
            log: id,
            at: Position(position),
            batch,
        });
    }
    Ok(whole.end as u64)
}

/// The batch that stands whole at a place, and its bytes.
fn batch_at(bytes: &Bytes, at: usize) -> Option<(Batch, usize)> {
    let rest = bytes.get(at..)?;
    if *rest.get(MAGIC_AT)? != MAGIC {
        return None;
    }
    let length = i32::from_be_bytes(rest[LENGTH_AT..LENGTH_END].try_into().ok()?);
    let end = at.checked_add(usize::try_from(length).ok()? + LENGTH_END)?;
    if end > bytes.len() {
        return None;
    }
    let batch = Batch::new(&bytes.slice(at..end)).filter(Batch::is_whole)?;
    let length = batch.len();
    Some((batch, length))
}
