//! Finds what somebody probably meant.

/// The hint that names the word nearest to `word`, when one is near enough, and otherwise all of them.
pub(crate) fn nearest_or_all<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(hint) = nearest(word, known.iter().copied()) {
        return Some(hint);
    }
    if known.is_empty() {
        None
    } else {
        Some(format!("one of: {}", known.join(", ")))
    }
}

/// The hint that names the word nearest to `word`, when one is near enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (distance, best) = known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .min()?;
    let allowed = word.chars().count().max(3) / 3;
    (distance <= allowed).then(|| format!("did you mean '{best}'?"))
}

/// Letters to add, remove, replace or swap with their neighbour to get from one word to the other; capital letters do not
/// count.
fn distance(left: &str, right: &str) -> usize {
    const WORD_CHARS_MAX: usize = 100;
    let letters =
        |word: &str| -> Vec<char> { word.chars().take(WORD_CHARS_MAX).flat_map(char::to_lowercase).collect() };
    let (left, right) = (letters(left), letters(right));
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        assert_eq!(
            nearest("timout", ["timeout", "retry"]),
            Some("did you mean 'timeout'?".into())
        );
        assert_eq!(
            nearest("strat", ["start", "saga"]),
            Some("did you mean 'start'?".into())
        );
        assert_eq!(
            nearest("onexhausted", ["onExhausted"]),
            Some("did you mean 'onExhausted'?".into())
        );
    }

    #[test]
    fn another_word_is_not() {
        assert_eq!(nearest("colour", ["timeout", "retry"]), None);
        assert_eq!(nearest_or_all("colour", ["a", "b"]), Some("one of: a, b".into()));
    }
}
