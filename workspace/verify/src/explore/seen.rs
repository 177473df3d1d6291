//! The states that were met, by their fingerprints.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// 128 bits of a state. With a hundred million states two of them are the same with a chance of one in 10²².
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let half = |seed| {
            let mut hasher = FixedState::with_seed(seed).build_hasher();
            hasher.write(bytes);
            u128::from(hasher.finish())
        };
        // Zero stands for an empty place in the table.
        Self((half(1) << 64 | half(2)).max(1))
    }
}

/// A table from fingerprints to numbers of states, without anything around them: it is most of the memory.
#[derive(Debug)]
pub(super) struct Seen {
    fingerprints: Vec<u128>,
    numbers: Vec<u32>,
    len: usize,
}

/// Places in a new table; a power of two.
const PLACES: usize = 1 << 12;

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            fingerprints: vec![0; PLACES],
            numbers: vec![0; PLACES],
            len: 0,
        }
    }

    /// The number of the state, and whether it is new; a new one gets `number`.
    pub(super) fn insert(&mut self, state: Fingerprint, number: u32) -> (u32, bool) {
        // Three of four places are in use at the most.
        if self.len * 4 >= self.fingerprints.len() * 3 {
            self.grow();
        }
        let place = self.place(state.0);
        if self.fingerprints[place] == state.0 {
            return (self.numbers[place], false);
        }
        self.fingerprints[place] = state.0;
        self.numbers[place] = number;
        self.len += 1;
        (number, true)
    }

    /// The number of a state that was met.
    pub(super) fn number(&self, state: Fingerprint) -> Option<u32> {
        let place = self.place(state.0);
        (self.fingerprints[place] == state.0).then(|| self.numbers[place])
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.fingerprints.len() * (size_of::<u128>() + size_of::<u32>())
    }

    fn place(&self, state: u128) -> usize {
        let mask = self.fingerprints.len() - 1;
        let mut place = low_bits(state) & mask;
        while self.fingerprints[place] != 0 && self.fingerprints[place] != state {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let places = self.fingerprints.len() * 2;
        let fingerprints = std::mem::replace(&mut self.fingerprints, vec![0; places]);
        let numbers = std::mem::replace(&mut self.numbers, vec![0; places]);
        for (state, number) in fingerprints.into_iter().zip(numbers).filter(|(state, _)| *state != 0) {
            let place = self.place(state);
            self.fingerprints[place] = state;
            self.numbers[place] = number;
        }
    }
}

/// What is cut off does not matter.
fn low_bits(state: u128) -> usize {
    state as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_keeps_its_number_when_the_table_grows() {
        let mut seen = Seen::new();
        let states: Vec<Fingerprint> = (0u32..20_000).map(|n| Fingerprint::of(&n.to_le_bytes())).collect();
        for (number, state) in (0u32..).zip(&states) {
            assert_eq!(seen.insert(*state, number), (number, true));
        }
        for (number, state) in (0u32..).zip(&states) {
            assert_eq!(seen.insert(*state, 0), (number, false));
        }
    }
}
