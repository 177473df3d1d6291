//! Times as header text.

use palinode_core::Timestamp;

const MILLIS_OF_DAY: i64 = 24 * 60 * 60 * 1_000;

/// RFC 3339 text of `time` in UTC with milliseconds, for example `2026-11-23T01:54:28.007Z`. A time outside of the
/// years 0 to 9999, which the format cannot say, becomes the nearest one that it can.
pub fn rfc3339(time: Timestamp) -> String {
    const FIRST: i64 = -719_528 * MILLIS_OF_DAY;
    const LAST: i64 = 2_932_897 * MILLIS_OF_DAY - 1;
    let millis = time.0.clamp(FIRST, LAST);
    let (year, month, day) = civil(millis.div_euclid(MILLIS_OF_DAY));
    let of_day = millis.rem_euclid(MILLIS_OF_DAY);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1_000 % 60, of_day % 1_000);

    let mut text = *b"0000-00-00T00:00:00.000Z";
    for (number, end, width) in [
        (year, 4, 4),
        (month, 7, 2),
        (day, 10, 2),
        (hour, 13, 2),
        (minute, 16, 2),
        (second, 19, 2),
        (milli, 23, 3),
    ] {
        put(&mut text[end - width..end], number);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The decimal digits of `number`, right-aligned.
fn put(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01, by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in March, so that the leap day is the last.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_have_their_known_text() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(Timestamp(millis)), text);
        }
    }

    #[test]
    fn times_that_the_format_cannot_say_become_the_nearest() {
        assert_eq!(rfc3339(Timestamp(i64::MAX)), "9999-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(Timestamp(i64::MIN)), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut previous = civil(-1);
        for day in 0..146_097 {
            let today = civil(day);
            assert!(today > previous, "{today:?} after {previous:?}");
            assert!(today.2 == 1 || today.2 == previous.2 + 1);
            previous = today;
        }
        assert_eq!(civil(146_097), (2370, 1, 1));
    }
}
