//! The partitioner of Kafka's Java clients.
//!
//! The hash is Austin Appleby's MurmurHash2 with the seed that Kafka chose; librdkafka calls it `murmur2_random`.

/// The seed that Kafka chose.
const SEED: u32 = 0x9747_b28c;
/// The multiplier of MurmurHash2.
const M: u32 = 0x5bd1_e995;
/// The shift of MurmurHash2.
const R: u32 = 24;

/// The 32-bit MurmurHash2 of `key`, as Kafka's Java clients compute it.
pub fn murmur2(key: &[u8]) -> i32 {
    // The length wraps as Java's int arithmetic does.
    #[allow(clippy::cast_possible_truncation)]
    let mut hash = SEED ^ key.len() as u32;
    let mut words = key.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k ^= k >> R;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let tail = words.remainder();
    if !tail.is_empty() {
        for (byte, shift) in tail.iter().zip([0, 8, 16]) {
            hash ^= u32::from(*byte) << shift;
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    (hash ^ (hash >> 15)).cast_signed()
}

/// The partition on which a Java client puts `key`, of a topic with `partitions` partitions (at least 1).
pub fn partition_of(key: &[u8], partitions: i32) -> i32 {
    (murmur2(key) & i32::MAX) % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_kafkas_java_client() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }

    #[test]
    fn a_negative_hash_has_a_partition_too() {
        assert_eq!(partition_of(b"21", 12), (-973_932_308_i32 & i32::MAX) % 12);
        for number in 0..1_000_u32 {
            assert!((0..12).contains(&partition_of(&number.to_be_bytes(), 12)));
        }
    }
}
