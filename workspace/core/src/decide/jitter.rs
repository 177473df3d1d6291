//! Pauses that differ from saga to saga, and are the same whenever they are computed.

use std::time::Duration;

use crate::{Attempt, IdempotencyKey};

/// The pause, shorter or longer by at most the share `jitter` of it. By how much follows from the request and the attempt.
pub(super) fn spread(pause: Duration, jitter: f64, request: &IdempotencyKey, attempt: Attempt) -> Duration {
    let unit = unit(hash(&format!("{request}/{}", attempt.0)));
    let share = 1.0 + jitter.clamp(0.0, 1.0) * (2.0 * unit - 1.0);
    Duration::try_from_secs_f64(pause.as_secs_f64() * share).unwrap_or(pause)
}

/// FNV-1a, with the end of SplitMix64 so that texts that differ little differ in the upper bits as well. Written out here,
/// because it must never change: the same journal leads to the same pauses.
fn hash(text: &str) -> u64 {
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A number from 0 up to 1, from the upper 32 bits.
fn unit(hash: u64) -> f64 {
    f64::from(u32::try_from(hash >> 32).unwrap_or(u32::MAX)) / 2_f64.powi(32)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{hash, spread};
    use crate::{Attempt, IdempotencyKey, Purpose, Round, SagaId};

    fn pause(key: &str, attempt: u32, jitter: f64) -> Duration {
        let request = IdempotencyKey {
            saga: SagaId::new("order", key),
            step: "payment".into(),
            purpose: Purpose::Forward,
            round: Round(1),
        };
        spread(Duration::from_secs(10), jitter, &request, Attempt(attempt))
    }

    #[test]
    fn pauses_differ_between_sagas_and_attempts_and_stay_within_their_share() {
        let pauses: Vec<Duration> = (0..200).map(|key| pause(&format!("o-{key}"), 1, 0.2)).collect();
        assert!(pauses.iter().all(|pause| (8.0..=12.0).contains(&pause.as_secs_f64())));
        assert!(pauses.iter().any(|pause| pause.as_secs_f64() < 8.4));
        assert!(pauses.iter().any(|pause| pause.as_secs_f64() > 11.6));
        assert_ne!(pause("o-1", 1, 0.2), pause("o-1", 2, 0.2));
        assert_eq!(pause("o-1", 1, 0.2), pause("o-1", 1, 0.2));
        assert_eq!(pause("o-1", 1, 0.0), Duration::from_secs(10));
    }

    #[test]
    fn the_hash_stays_as_it_is() {
        assert_eq!(hash(""), 0xf52a_15e9_a9b5_e89b);
    }
}
