//! The end of a log file, for errors and for finding a line in it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Enough for a stack trace of Java and what came before it.
const LINES: usize = 25;

/// What is read at most for the last lines.
const BYTES: u64 = 16 * 1024;

/// The last lines of a file; empty when it cannot be read.
pub(crate) fn last_lines(file: &Path) -> String {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let text = text_from(file, length.saturating_sub(BYTES));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// The file's text from an offset on; empty when it cannot be read.
pub(crate) fn text_from(file: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(file)
        && file.seek(SeekFrom::Start(offset)).is_ok()
        && file.read_to_end(&mut bytes).is_err()
    {
        bytes.clear();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_the_last_lines_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        let lines: Vec<String> = (0..10_000).map(|line| format!("line {line}")).collect();
        fs::write(&file, lines.join("\n")).unwrap();

        let last = last_lines(&file);

        assert!(last.starts_with("line 9975\n"), "{last}");
        assert!(last.ends_with("line 9999"), "{last}");
    }

    #[test]
    fn a_missing_file_has_no_lines() {
        assert_eq!(last_lines(Path::new("/does/not/exist")), "");
    }
}
