//! Time spans as scenarios write and show them: `0s`, `500ms`, `5s`, `30m`, `72h`, `3d`.

use std::time::Duration;

use crate::limits::DURATION_MAX;

/// Units, the longest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a time span; otherwise says why it is none.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, millis)| *millis);
    let span = milliseconds.and_then(|millis| number.parse::<u64>().ok()?.checked_mul(millis));
    match span.map(Duration::from_millis) {
        Some(span) if span <= DURATION_MAX => Ok(span),
        Some(_) => Err(format!("the time span '{text}' is longer than a year")),
        None => Err(format!(
            "'{text}' is no time span: a whole number and a unit are expected, as 500ms, 5s, 30m, 72h or 3d"
        )),
    }
}

/// A time span as people write it, with every unit that it needs: `1m30s`.
pub(crate) fn told(span: Duration) -> String {
    let mut rest = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (name, millis) in UNITS {
        if rest >= millis {
            text.push_str(&format!("{}{name}", rest / millis));
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_and_told() {
        for text in ["0s", "500ms", "5s", "30m", "2d"] {
            assert_eq!(read(text).map(told).as_deref(), Ok(text));
        }
        assert_eq!(told(Duration::from_millis(90_250)), "1m30s250ms");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "1.5s",
            "367d",
            "99999999999999999999s",
            "٣s",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
