//! How small and how large a whole number can be.

/// From the smallest to the largest, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Range {
    /// Avro's `int`.
    pub(crate) const INT: Self = Self {
        min: i32::MIN as i64,
        max: i32::MAX as i64,
    };
    /// Avro's `long`.
    pub(crate) const LONG: Self = Self {
        min: i64::MIN,
        max: i64::MAX,
    };
    /// How much of something there is.
    pub(crate) const LENGTH: Self = Self {
        min: 0,
        max: i32::MAX as i64,
    };
    /// Where something is in a text; -1 when it is not there.
    pub(crate) const POSITION: Self = Self {
        min: -1,
        max: i32::MAX as i64,
    };

    /// One number.
    pub(crate) fn of(number: i64) -> Self {
        Self {
            min: number,
            max: number,
        }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.min <= other.min && other.max <= self.max
    }

    /// The smallest range with both in it.
    pub(crate) fn hull(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// What is in both; this one when nothing is.
    pub(crate) fn within(self, other: Self) -> Self {
        let (min, max) = (self.min.max(other.min), self.max.min(other.max));
        if min <= max { Self { min, max } } else { self }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        Self {
            min: self.min.saturating_add(other.min),
            max: self.max.saturating_add(other.max),
        }
    }

    pub(crate) fn subtract(self, other: Self) -> Self {
        Self {
            min: self.min.saturating_sub(other.max),
            max: self.max.saturating_sub(other.min),
        }
    }

    pub(crate) fn multiply(self, other: Self) -> Self {
        self.of_corners(other, i64::saturating_mul)
    }

    /// Division cuts what is behind the point.
    pub(crate) fn divide(self, other: Self) -> Self {
        if other.min > 0 || other.max < 0 {
            self.of_corners(other, i64::saturating_div)
        } else {
            // By one or minus one the number stays as large as it is.
            let largest = self.min.saturating_abs().max(self.max.saturating_abs());
            Self {
                min: -largest,
                max: largest,
            }
        }
    }

    /// The rest has the sign of what is divided.
    pub(crate) fn rest(self, other: Self) -> Self {
        let divisor = other.min.saturating_abs().max(other.max.saturating_abs());
        let largest = divisor.saturating_sub(1).max(0);
        Self {
            min: if self.min < 0 { self.min.max(-largest) } else { 0 },
            max: if self.max > 0 { self.max.min(largest) } else { 0 },
        }
    }

    pub(crate) fn negate(self) -> Self {
        Self {
            min: self.max.saturating_neg(),
            max: self.min.saturating_neg(),
        }
    }

    fn of_corners(self, other: Self, operation: fn(i64, i64) -> i64) -> Self {
        let corners = [
            operation(self.min, other.min),
            operation(self.min, other.max),
            operation(self.max, other.min),
            operation(self.max, other.max),
        ];
        corners.into_iter().map(Self::of).fold(Self::of(corners[0]), Self::hull)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: i64, max: i64) -> Range {
        Range { min, max }
    }

    #[test]
    fn every_result_of_small_ranges_is_in_the_range_of_results() {
        let numbers = [-7, -2, -1, 0, 1, 3, 8];
        let mut ranges = Vec::new();
        for min in numbers {
            ranges.extend(numbers.iter().filter(|max| min <= **max).map(|max| range(min, *max)));
        }
        for (left, right) in ranges
            .iter()
            .flat_map(|left| ranges.iter().map(move |right| (*left, *right)))
        {
            for x in left.min..=left.max {
                assert!(left.negate().contains(Range::of(-x)));
                for y in right.min..=right.max {
                    let cases = [
                        (left.add(right), Some(x + y)),
                        (left.subtract(right), Some(x - y)),
                        (left.multiply(right), Some(x * y)),
                        (left.divide(right), x.checked_div(y)),
                        (left.rest(right), x.checked_rem(y)),
                    ];
                    for (range, result) in cases {
                        assert!(
                            result.is_none_or(|result| range.contains(Range::of(result))),
                            "{left:?} {right:?} {x} {y}: {range:?} {result:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_would_overflow_stays_at_the_end() {
        assert_eq!(Range::LONG.add(Range::of(1)).max, i64::MAX);
        assert_eq!(Range::LONG.negate().max, i64::MAX);
        assert_eq!(Range::LONG.multiply(range(-1, 2)), Range::LONG);
        assert_eq!(
            Range::LONG.divide(Range::of(1_000_000_000_000)),
            range(-9_223_372, 9_223_372)
        );
    }
}
