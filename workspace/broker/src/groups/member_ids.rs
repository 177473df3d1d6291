//! Ids of members.

use kafka_protocol::protocol::StrBytes;

use crate::Timestamp;

/// Gives out member ids: the client's or the instance's name and a number like a random UUID. It is derived from the
/// seed, the time and a counter, so that equal histories give equal ids and a restart gives new ones.
#[derive(Debug, Default)]
pub(crate) struct MemberIds {
    given: u64,
}

impl MemberIds {
    /// A new id that begins with `name`.
    pub(crate) fn next(&mut self, name: &str, seed: u64, now: Timestamp) -> StrBytes {
        self.given += 1;
        let high = scramble(seed ^ scramble(now.0.cast_unsigned()));
        let low = scramble(high ^ scramble(self.given));
        let bits = (u128::from(high) << 64) | u128::from(low);
        let uuid = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
        StrBytes::from_string(format!("{name}-{uuid}"))
    }
}

/// The finalizer of SplitMix64: a bijection whose output looks random.
fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_histories_give_equal_ids_and_a_restart_gives_new_ones() {
        let now = Timestamp(1_700_000_000_000);
        let first = MemberIds::default().next("reader", 7, now);
        assert_eq!(first, MemberIds::default().next("reader", 7, now));
        assert_ne!(first, MemberIds::default().next("reader", 7, Timestamp(now.0 + 1)));
        assert_ne!(first, MemberIds::default().next("reader", 8, now));
        assert!(first.starts_with("reader-"));
        assert_eq!(first.len(), "reader-".len() + 36);
    }
}
