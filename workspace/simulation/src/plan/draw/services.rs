//! How services behave.

use super::world::Temper;
use crate::{Random, plan::Services};

/// One of so many wild worlds has services that read what is not committed.
const READ_UNCOMMITTED_ONE_OF: u64 = 10;

/// The services of the world of this seed.
pub(super) fn draw(seed: u64, temper: Temper) -> Services {
    let mut random = Random::new(seed, "services");
    let is_bare_world = random.chance(1, 10);
    let read_uncommitted = temper == Temper::Wild && random.chance(1, READ_UNCOMMITTED_ONE_OF);
    // A vice that most worlds do not have: several at once hide each other.
    let mut vice = |most: i64| -> u8 {
        let has_it = match temper {
            Temper::Calm => random.chance(1, 12),
            Temper::Usual => random.chance(1, 3),
            Temper::Wild => random.chance(2, 3),
        };
        match has_it {
            true => u8::try_from(random.between(1, most)).unwrap_or(0),
            false => 0,
        }
    };
    let mut services = Services {
        delay_up_to_ms: 0,
        late_percent: vice(20),
        silent_percent: vice(25),
        twice_percent: vice(40),
        refused_percent: vice(25),
        failed_percent: vice(30),
        bare_percent: vice(40),
        unasked_percent: vice(20),
        wrong_percent: vice(15),
        read_uncommitted,
    };
    if is_bare_world && temper != Temper::Calm {
        services.bare_percent = 100;
    }
    services.delay_up_to_ms = *random.pick(&[10, 40, 40, 200, 200, 1_000, 4_000]);
    services
}
