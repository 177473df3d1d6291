//! Chance that a seed decides.

/// Numbers that a seed and a name decide. Each part of a world has a stream of its own, so that leaving one fault out of
/// a plan does not change what chance says elsewhere: that is what makes a failing plan shrink.
#[derive(Clone, Debug)]
pub struct Random(fastrand::Rng);

impl Random {
    /// The stream called `name` of `seed`.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mixed = name.bytes().fold(mix(seed), |mixed, byte| mix(mixed ^ u64::from(byte)));
        Self(fastrand::Rng::with_seed(mixed))
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.u64(..limit)
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.i64(least..=most)
    }

    /// True `times` times out of `of`, about.
    pub fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// One of `choices`, which are not none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.0.usize(..choices.len())]
    }
}

/// A step of SplitMix64: near seeds give streams that have nothing in common.
fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: u64, name: &str) -> Vec<u64> {
        let mut random = Random::new(seed, name);
        (0..8).map(|_| random.below(1_000_000)).collect()
    }

    #[test]
    fn the_same_seed_and_name_give_the_same_numbers() {
        assert_eq!(first(7, "network"), first(7, "network"));
    }

    #[test]
    fn another_seed_or_name_gives_others() {
        assert_ne!(first(7, "network"), first(8, "network"));
        assert_ne!(first(7, "network"), first(7, "disk"));
    }
}
