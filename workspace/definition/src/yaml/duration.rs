//! Time spans as definitions write them: `500ms`, `5s`, `30m`, `72h`, `3d`.

use std::time::Duration;

use crate::limits::DURATION_MAX;

/// Reads a time span; otherwise says why it is none.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 60 * 60 * 1_000,
        "d" => 24 * 60 * 60 * 1_000,
        "" if !number.is_empty() => return Err(format!("the time span '{text}' has no unit")),
        _ => return Err(format!("'{text}' is no time span")),
    };
    if number.is_empty() {
        return Err(format!("'{text}' is no time span"));
    }
    let span = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .map(Duration::from_millis);
    match span {
        Some(Duration::ZERO) => Err("a time span of nothing is not allowed".into()),
        Some(span) if span <= DURATION_MAX => Ok(span),
        _ => Err(format!("the time span '{text}' is longer than a year")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("5s", 5_000),
            ("30m", 1_800_000),
            ("72h", 259_200_000),
            ("3d", 259_200_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
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
            "5sec",
            "0s",
            "99999999999999999999s",
            "367d",
            "٣s",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
