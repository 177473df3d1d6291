//! Chance that falls alike for the same seed and the same subject.

use std::time::Duration;

/// Dice: the generator SplitMix64 (Steele, Lea, Flood 2014), begun at a number for the seed and one for the subject.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn about(seed: u64, subject: u64) -> Self {
        let mut dice = Self(seed);
        let begin = dice.number();
        Self(begin ^ subject.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end.max(1) as u64).unwrap_or(0)
    }

    /// Whether what happens in so many of a hundred cases happens.
    pub(crate) fn falls(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A time between the two, in whole milliseconds.
    pub(crate) fn between(&mut self, min: Duration, max: Duration) -> Duration {
        let (min, max) = (min.as_millis() as u64, max.as_millis() as u64);
        Duration::from_millis(min + self.number() % (max.saturating_sub(min) + 1))
    }

    /// One of several, each as often as its weight says.
    pub(crate) fn one_of<T: Copy>(&mut self, weighted: &[(usize, T)]) -> Option<T> {
        let all = weighted.iter().map(|(weight, _)| weight).sum();
        let mut thrown = self.below(all);
        for (weight, one) in weighted {
            match thrown.checked_sub(*weight) {
                None => return Some(*one),
                Some(rest) => thrown = rest,
            }
        }
        None
    }
}
