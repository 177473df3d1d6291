//! Chance that falls alike for the same seed and the same subject.

use std::time::Duration;

/// Dice: the generator SplitMix64 (Steele, Lea, Flood 2014), begun at a hash (FNV-1a) of what the throw is about.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice for `subject`.
    pub(super) fn about(seed: u64, subject: &str) -> Self {
        let start = 0xcbf2_9ce4_8422_2325 ^ seed;
        let hash = subject.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash)
    }

    /// Any number.
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `end`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// Whether what happens in this share of all cases happens.
    pub(super) fn falls(&mut self, share: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds")]
        let thrown = (self.number() >> 11) as f64 / (1_u64 << 53) as f64;
        thrown < share
    }

    /// A time between the two.
    pub(super) fn between(&mut self, min: Duration, max: Duration) -> Duration {
        let width = u64::try_from(max.saturating_sub(min).as_micros()).unwrap_or(u64::MAX);
        min + Duration::from_micros(self.below(width.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_subjects_fall_alike_and_others_do_not() {
        let throws = |seed, subject| {
            let mut dice = Dice::about(seed, subject);
            (dice.number(), dice.number())
        };
        assert_eq!(throws(1, "a"), throws(1, "a"));
        assert_ne!(throws(1, "a"), throws(1, "b"));
        assert_ne!(throws(1, "a"), throws(2, "a"));
    }

    #[test]
    fn a_share_is_met() {
        let fallen = (0..1_000)
            .filter(|case| Dice::about(7, &format!("case {case}")).falls(0.3))
            .count();
        assert!((250..350).contains(&fallen), "{fallen}");
        assert!(!Dice::about(7, "never").falls(0.0));
        assert!(Dice::about(7, "always").falls(1.0));
    }
}
