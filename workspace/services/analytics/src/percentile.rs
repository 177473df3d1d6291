//! Percentiles by the nearest rank: always one of the values, never an interpolation.

/// The place, from 0, of the `percent`-th percentile among `count` values in ascending order: the first value such that
/// at least `percent` per cent of all are not above it. `None` when there are no values.
pub(crate) fn nearest_rank(count: u64, percent: u8) -> Option<u64> {
    let rank = (u128::from(count) * u128::from(percent.min(100))).div_ceil(100).max(1);
    (count > 0).then(|| u64::try_from(rank - 1).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_ranks() {
        assert_eq!(nearest_rank(0, 50), None);
        for (count, percent, rank) in [(1, 0, 0), (1, 50, 0), (1, 100, 0), (2, 50, 0), (4, 50, 1), (5, 50, 2)] {
            assert_eq!(nearest_rank(count, percent), Some(rank), "p{percent} of {count}");
        }
        assert_eq!(nearest_rank(20, 95), Some(18));
        assert_eq!(nearest_rank(21, 95), Some(19));
        assert_eq!(nearest_rank(u64::MAX, 100), Some(u64::MAX - 1));
    }

    proptest! {
        #[test]
        fn it_is_the_first_value_that_enough_values_do_not_exceed(
            mut values in proptest::collection::vec(0_i64..50, 1..60),
            percent in 0_u8..=100,
        ) {
            values.sort_unstable();
            let rank = nearest_rank(values.len() as u64, percent).unwrap() as usize;
            let covers = |places: usize| places * 100 >= values.len() * usize::from(percent);
            prop_assert!(rank < values.len());
            prop_assert!(covers(rank + 1), "too few values stand at or below it");
            prop_assert!(rank == 0 || !covers(rank), "an earlier value would do");
        }

        #[test]
        fn it_never_falls_when_the_percentage_rises(count in 1_u64..10_000, percent in 0_u8..100) {
            prop_assert!(nearest_rank(count, percent) <= nearest_rank(count, percent + 1));
        }
    }
}
