//! Lengths of time as people write them: `250ms`, `2s`, `+3d`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span(pub(super) Duration);

/// The units, with their milliseconds; the one that ends like another stands before it.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];
const SECOND_MILLIS: u64 = 1_000;
/// Ten years: times beyond are a slip of the keyboard, and no test needs them.
const MILLIS_MAX: u64 = 3_650 * 86_400_000;

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no length of time; write a number and ms, s, m, h or d, for example 3d");
        let bare = text.trim().trim_start_matches('+');
        let millis = UNITS
            .iter()
            .find_map(|(unit, millis)| bare.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*millis))
            .ok_or_else(wrong)?;
        if millis > MILLIS_MAX {
            return Err(format!("'{text}' is more than ten years"));
        }
        Ok(Self(Duration::from_millis(millis)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let (unit, size) = UNITS
            .iter()
            .rev()
            .find(|(_, size)| millis > 0 && millis % size == 0)
            .unwrap_or(&UNITS[0]);
        write!(f, "{}{unit}", millis / size)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A length of time for people: in all units down to seconds.
pub(super) fn in_words(length: Duration) -> String {
    let mut rest = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let mut words = Vec::new();
    for (unit, size) in UNITS.iter().rev().filter(|(_, size)| *size >= SECOND_MILLIS) {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            words.push(format!("{count}{unit}"));
        }
    }
    if words.is_empty() {
        "less than a second".into()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["250ms", "2s", "90s", "5m", "72h", "1d"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string().parse(), Ok(span), "{text}");
        }
        assert_eq!("+3d".parse(), Ok(Span(Duration::from_secs(3 * 86_400))));
    }

    #[test]
    fn a_length_is_told_in_words() {
        let told = |millis| in_words(Duration::from_millis(millis));
        assert_eq!(told(2 * 86_400_000 + 10_892), "2d 10s");
        assert_eq!(told(4 * 3_600_000), "4h");
        assert_eq!(told(999), "less than a second");
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "3", "d", "-3d", "3 weeks", "99999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
