//! What goes wrong.

use super::{poison, world::Temper};
use crate::{
    Random,
    plan::{Answer, Definitions, Disk, Fault, Timed},
};

/// What faults have to know of their world.
pub(super) struct Shape {
    pub(super) nodes: usize,
    pub(super) tasks: usize,
    pub(super) definitions: Definitions,
    pub(super) heal_at_ms: i64,
}

/// Faults of a pair are at most so far apart.
const PAIR_MS: i64 = 2_500;

/// The kinds of trouble of which every pair is to be met often: what dies, what is not known, who takes over.
const TROUBLES: [fn(&mut Random, &Shape) -> Fault; 4] = [kill, end_txn, broker, take_over];

/// All others.
const OTHERS: [fn(&mut Random, &Shape) -> Fault; 17] = [
    |random, shape| Fault::KillAfterCommits {
        node: node(random, shape),
        commits: u32::try_from(random.between(1, 9)).unwrap_or(1),
        down_ms: down_ms(random),
    },
    |random, shape| Fault::Restart {
        node: node(random, shape),
        down_ms: random.between(50, 4_000),
        upgrade: shape.definitions == Definitions::TwoVersions && random.chance(3, 4),
    },
    |random, shape| Fault::Pause {
        node: node(random, shape),
        ms: random.between(300, 25_000),
    },
    |random, shape| Fault::Partition {
        node: node(random, shape),
        ms: random.between(300, 20_000),
    },
    |random, _| Fault::Loss {
        percent: u8::try_from(random.between(3, 50)).unwrap_or(10),
        ms: random.between(500, 12_000),
    },
    |random, _| Fault::Slow {
        up_to_ms: *random.pick(&[30, 100, 400, 2_000, 7_000]),
        ms: random.between(1_000, 15_000),
    },
    |random, shape| Fault::LoseAnswer {
        node: node(random, shape),
        answer: *random.pick(&Answer::ALL),
    },
    |random, shape| Fault::LoseAnswer {
        node: node(random, shape),
        answer: *random.pick(&[Answer::Init, Answer::AddPartitions, Answer::Produce]),
    },
    |random, _| Fault::Coordinators {
        ms: random.between(300, 6_000),
    },
    |random, shape| Fault::StoreWriteFails {
        node: node(random, shape),
        task: task(random, shape),
    },
    |random, _| Fault::Registry {
        ms: random.between(2_000, 45_000),
    },
    |random, shape| Fault::Clock {
        node: node(random, shape),
        by_ms: match random.chance(1, 4) {
            true => random.between(-240_000, 240_000),
            false => random.between(-4_000, 4_000),
        },
    },
    |_, _| Fault::Clean,
    |random, _| poison::draw(random),
    |random, _| Fault::Refuse {
        topic: usize::try_from(random.below(64)).unwrap_or(0),
        ms: random.between(500, 12_000),
    },
    |random, _| Fault::Service {
        service: usize::try_from(random.below(3)).unwrap_or(0),
        down_ms: random.between(1_000, 40_000),
    },
    // Deaths of a process with something special about its disk.
    |random, shape| Fault::Kill {
        node: node(random, shape),
        down_ms: down_ms(random),
        disk: disk(random),
    },
];

/// The faults of the world of this seed, in the order of time.
pub(super) fn draw(seed: u64, temper: Temper, shape: &Shape) -> Vec<Timed<Fault>> {
    let mut random = Random::new(seed, "faults");
    let count = match temper {
        Temper::Calm => 1,
        Temper::Usual => random.between(2, 6),
        Temper::Wild => random.between(5, 16),
    };
    let pairs = match temper {
        Temper::Calm => 0,
        Temper::Usual => random.between(0, 1),
        Temper::Wild => random.between(1, 3),
    };
    let mut faults = Vec::new();
    for _ in 0..count {
        let of_trouble = random.chance(1, 3);
        let draw = if of_trouble {
            random.pick(&TROUBLES)
        } else {
            random.pick(&OTHERS)
        };
        let what = draw(&mut random, shape);
        add(&mut faults, &mut random, shape, what);
    }
    for _ in 0..pairs {
        let at_ms = at(&mut random, shape);
        for _ in 0..2 {
            let what = random.pick(&TROUBLES)(&mut random, shape);
            let at_ms = near(at_ms, &mut random, shape);
            faults.push(Timed { at_ms, what });
        }
    }
    faults.sort_by_key(|fault| fault.at_ms);
    faults
}

fn add(faults: &mut Vec<Timed<Fault>>, random: &mut Random, shape: &Shape, what: Fault) {
    let at_ms = at(random, shape);
    if matches!(what, Fault::Coordinators { .. }) {
        // They load when a broker begins.
        let at_ms = near(at_ms, random, shape);
        let what = broker(random, shape);
        faults.push(Timed { at_ms, what });
    }
    faults.push(Timed { at_ms, what });
}

/// At most [`PAIR_MS`] later, and before the world is healed.
fn near(at_ms: i64, random: &mut Random, shape: &Shape) -> i64 {
    (at_ms + random.between(0, PAIR_MS)).min(shape.heal_at_ms - 1)
}

/// Half of the faults come early, while there is the most to do.
fn at(random: &mut Random, shape: &Shape) -> i64 {
    let until = match random.chance(1, 2) {
        true => shape.heal_at_ms / 4,
        false => shape.heal_at_ms - 1,
    };
    random.between(0, until)
}

fn kill(random: &mut Random, shape: &Shape) -> Fault {
    match random.chance(1, 3) {
        true => Fault::KillAfterCommits {
            node: node(random, shape),
            commits: u32::try_from(random.between(1, 4)).unwrap_or(1),
            down_ms: down_ms(random),
        },
        false => Fault::Kill {
            node: node(random, shape),
            down_ms: down_ms(random),
            disk: disk(random),
        },
    }
}

fn end_txn(random: &mut Random, shape: &Shape) -> Fault {
    match random.chance(1, 2) {
        true => Fault::LoseAnswer {
            node: node(random, shape),
            answer: Answer::EndTxn,
        },
        false => Fault::DelayEndTxn {
            node: node(random, shape),
            ms: *random.pick(&[300, 2_000, 6_000, 12_000, 30_000]),
        },
    }
}

fn broker(random: &mut Random, _: &Shape) -> Fault {
    Fault::Broker {
        down_ms: match random.chance(1, 6) {
            true => random.between(12_000, 45_000),
            false => random.between(100, 6_000),
        },
    }
}

fn take_over(random: &mut Random, shape: &Shape) -> Fault {
    let (node, task) = (node(random, shape), task(random, shape));
    match random.chance(2, 3) {
        true => Fault::Propose { node, task },
        false => Fault::Withdraw { node, task },
    }
}

fn disk(random: &mut Random) -> Disk {
    let some = |random: &mut Random| u32::try_from(random.between(1, 8)).unwrap_or(1);
    match random.below(9) {
        0 | 1 => Disk::LostSuffix(some(random)),
        2 => Disk::Lost,
        3 => Disk::Stale(some(random)),
        4 => Disk::Foreign,
        5 => Disk::Damaged,
        6 => Disk::Torn,
        _ => Disk::Kept,
    }
}

fn down_ms(random: &mut Random) -> i64 {
    match random.chance(1, 6) {
        true => random.between(8_000, 40_000),
        false => random.between(50, 3_000),
    }
}

fn node(random: &mut Random, shape: &Shape) -> usize {
    usize::try_from(random.below(shape.nodes as u64)).unwrap_or(0)
}

fn task(random: &mut Random, shape: &Shape) -> usize {
    usize::try_from(random.below(shape.tasks as u64)).unwrap_or(0)
}
