//! Finds what somebody probably meant.

/// The hint that names the word nearest to `word`, when one is near enough, and otherwise all of them.
pub(crate) fn nearest_or_all<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(hint) = nearest(word, known.iter().copied()) {
        return Some(hint);
    }
    if known.is_empty() { None } else { Some(format!("one of: {}", known.join(", "))) }
}

/// The hint that names the word nearest to `word`, when one is near enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (distance, best) = known.into_iter().map(|candidate| (distance(word, candidate), candidate)).min()?;
    let allowed = word.chars().count().max(3) / 3;
    (distance <= allowed).then(|| format!("did you mean '{best}'?"))
}

/// Letters to add, remove or replace to get from one word to the other; capital letters do not count.
fn distance(left: &str, right: &str) -> usize {
    const WORD_CHARS_MAX: usize = 100;
    let letters = |word: &str| -> Vec<char> { word.chars().take(WORD_CHARS_MAX).flat_map(char::to_lowercase).collect() };
    let (left, right) = (letters(left), letters(right));
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        assert_eq!(nearest("timout", ["timeout", "retry"]), Some("did you mean 'timeout'?".into()));
        assert_eq!(nearest("onexhausted", ["onExhausted"]), Some("did you mean 'onExhausted'?".into()));
    }

    #[test]
    fn another_word_is_not() {
        assert_eq!(nearest("colour", ["timeout", "retry"]), None);
        assert_eq!(nearest_or_all("colour", ["a", "b"]), Some("one of: a, b".into()));
    }
}
