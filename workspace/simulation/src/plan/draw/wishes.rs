//! What customers and people do.

use super::world::Temper;
use crate::{
    Random,
    plan::{Definitions, Timed, Wish},
};

/// Of so many parts of the time until a world is healed, orders are placed in the first two.
const PARTS: i64 = 3;
/// The longest time after which somebody answers a question, or an event comes: longer than it is waited for.
const ANSWER_MS: i64 = 50_000;

/// The wishes of the world of this seed, in the order of time.
pub(super) fn draw(seed: u64, temper: Temper, definitions: Definitions, heal_at_ms: i64) -> Vec<Timed<Wish>> {
    let mut random = Random::new(seed, "wishes");
    let orders = match temper {
        Temper::Calm => random.between(1, 5),
        Temper::Usual => random.between(2, 9),
        Temper::Wild => random.between(4, 14),
    };
    // Some worlds get their orders at once, others one by one.
    let until = match random.chance(1, 4) {
        true => 1_000,
        false => heal_at_ms * 2 / PARTS,
    };
    let mut wishes = Vec::new();
    for order in 0..usize::try_from(orders).unwrap_or(1) {
        let placed = random.between(0, until);
        let mut add = |after: i64, what: Wish| {
            wishes.push(Timed {
                at_ms: (placed + after).max(0),
                what,
            });
        };
        add(0, Wish::Order { order });
        if random.chance(1, 8) {
            add(random.between(-500, 20_000), Wish::Order { order });
        }
        if random.chance(1, 6) {
            // A wish to cancel may come before its order does, on another topic.
            add(random.between(-300, 8_000), Wish::Cancel { order });
        }
        if random.chance(1, 4) {
            add(random.between(3_000, 40_000), Wish::RetryPayment { order });
        }
        match definitions {
            Definitions::Wait => {
                for _ in 0..*random.pick(&[0, 1, 1, 1, 1, 1, 2]) {
                    add(answered_after(&mut random), Wish::Event { order });
                }
            }
            Definitions::Decision => {
                for _ in 0..*random.pick(&[0, 1, 1, 1, 1, 2]) {
                    let option = *random.pick(&[0, 0, 0, 1, 1, 2, 3]);
                    add(answered_after(&mut random), Wish::Decide { order, option });
                }
            }
            // It begins a saga that is nobody's part.
            Definitions::SubSaga if random.chance(1, 5) => {
                add(random.between(0, 9_000), Wish::Event { order });
            }
            _ => {}
        }
    }
    wishes.sort_by_key(|wish| wish.at_ms);
    wishes
}

/// Mostly soon; sometimes too early, sometimes too late.
fn answered_after(random: &mut Random) -> i64 {
    match random.below(5) {
        0 => random.between(-200, 300),
        1 => random.between(0, ANSWER_MS),
        _ => random.between(100, 8_000),
    }
}
