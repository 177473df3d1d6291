//! What a sequence is about, and how long it is.

use super::{administration, consumers, groups, transactions, writers};
use crate::{random::Random, steps::Step};

/// How many turns a sequence takes; a turn is one step or a few that belong together.
const TURNS: usize = 12;

/// How many kinds of sequences there are.
const KINDS: u64 = 7;
/// How many of a hundred sequences about administration end with their topic.
const DELETED_PERCENT: usize = 40;

/// The sequence of this number.
pub(crate) fn sequence(number: u64) -> Vec<Step> {
    let random = &mut Random::new(number);
    let turns = TURNS + random.below(TURNS);
    let mut steps = Vec::new();
    let protocol = transactions::protocol(random);
    for _ in 0..turns {
        let share = random.below(100);
        match number % KINDS {
            0 => match share {
                0..80 => writers::turn(random, &mut steps),
                80..95 => writers::look(random, &mut steps),
                _ => groups::offsets(random, &mut steps),
            },
            1..=2 => match share {
                0..70 => transactions::turn(random, protocol, &mut steps),
                70..85 => writers::look(random, &mut steps),
                85..92 => writers::turn(random, &mut steps),
                _ => groups::offsets(random, &mut steps),
            },
            3 => match share {
                0..75 => groups::turn(random, &mut steps),
                _ => groups::offsets(random, &mut steps),
            },
            4 => match share {
                0..35 => groups::turn(random, &mut steps),
                35..70 => transactions::turn(random, protocol, &mut steps),
                70..85 => groups::offsets(random, &mut steps),
                85..92 => writers::look(random, &mut steps),
                _ => writers::admin(random, &mut steps),
            },
            5 => match share {
                0..85 => consumers::turn(random, &mut steps),
                _ => writers::turn(random, &mut steps),
            },
            _ => match share {
                0..70 => administration::turn(random, &mut steps),
                70..85 => writers::turn(random, &mut steps),
                85..95 => writers::look(random, &mut steps),
                _ => groups::offsets(random, &mut steps),
            },
        }
    }
    writers::ends(&mut steps);
    if number % KINDS == KINDS - 1 && random.percent(DELETED_PERCENT) {
        administration::end(&mut steps);
    }
    steps
}
