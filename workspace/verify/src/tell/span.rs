//! Spans of time as a definition writes them.

/// The units, from the longest.
const UNITS: [(u64, &str); 5] = [
    (86_400_000, "d"),
    (3_600_000, "h"),
    (60_000, "m"),
    (1_000, "s"),
    (1, "ms"),
];

/// `millis` in the two largest units that it has, for example `1h 30m`; smaller ones are left out.
pub(crate) fn span(millis: u64) -> String {
    let Some(first) = UNITS.iter().position(|(unit, _)| millis >= *unit) else {
        return "0s".into();
    };
    let mut rest = millis;
    let mut words = Vec::new();
    for (unit, name) in UNITS.iter().skip(first).take(2) {
        if rest / unit > 0 {
            words.push(format!("{}{name}", rest / unit));
        }
        rest %= unit;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_has_two_units() {
        let told = [0, 999, 1_500, 90_000, 3_600_000, 259_200_001, 93_784_005].map(span);
        assert_eq!(told, ["0s", "999ms", "1s 500ms", "1m 30s", "1h", "3d", "1d 2h"]);
    }
}
