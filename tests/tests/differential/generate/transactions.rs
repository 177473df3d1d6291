//! Transactions of two contenders, in both protocols, right and wrong.

use super::{groups, writers};
use crate::{
    random::Random,
    steps::{Form, Holding, Sequence, Step},
};

/// Which protocol a sequence's clients speak.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Protocol {
    /// The first: partitions are added, the epoch stays.
    InPlace,
    /// The second (KIP-890): partitions come with their records, the epoch rises.
    Rising,
    /// Now this, now that.
    Mixed,
}

/// A sequence's protocol.
pub(super) fn protocol(random: &mut Random) -> Protocol {
    match random.below(10) {
        0..4 => Protocol::InPlace,
        4..8 => Protocol::Rising,
        _ => Protocol::Mixed,
    }
}

/// One thing that a contender does, or a whole transaction.
pub(super) fn turn(random: &mut Random, protocol: Protocol, steps: &mut Vec<Step>) {
    let protocol = match protocol {
        Protocol::Mixed => random.of(&[Protocol::InPlace, Protocol::Rising]),
        other => other,
    };
    let rising = protocol == Protocol::Rising;
    let who = random.of(&[0, 0, 0, 1]);
    let epoch = random.of(&[0, 0, 0, 0, 0, 0, 0, 0, -1, 1]);
    let end = if rising { 5 } else { random.of(&[3, 3, 4, 1]) };
    let is_first = !steps.iter().any(|step| matches!(step, Step::Init { who: 0 | 1, .. }));
    match random.below(20) {
        _ if is_first => steps.push(init(who, Holding::Nothing, rising)),
        0..3 => steps.push(Step::Init {
            who,
            holding: random.of(&[
                Holding::Nothing,
                Holding::Nothing,
                Holding::Nothing,
                Holding::Own,
                Holding::Own,
                Holding::Epoch(-1),
                Holding::Epoch(1),
                Holding::OtherId,
                Holding::EpochOnly,
            ]),
            timeout_ms: random.of(&[60_000, 60_000, 60_000, 60_000, 0, 1_000_000]),
            version: if rising { 5 } else { 4 },
        }),
        3..8 => whole(random, who, rising, steps),
        8..11 => {
            let version = produce_version(random, rising);
            steps.push(Step::Produce(writers::batch(random, who, version)));
        }
        11..13 => {
            let partitions = random.of(&[&[0][..], &[1], &[0, 1], &[0, 7]]).to_vec();
            steps.push(Step::AddPartitions {
                who,
                epoch,
                partitions,
                version: random.of(&[3, 3, 1]),
            });
        }
        13 => steps.push(Step::AddOffsets {
            who,
            epoch,
            version: random.of(&[3, 4]),
        }),
        14..16 => steps.push(Step::TxnOffsetCommit {
            who,
            epoch,
            by: groups::anyone(random),
            offset: random.below(50) as i64,
            version: offsets_version(random, rising),
        }),
        16..18 => {
            let commit = random.percent(50);
            steps.push(Step::EndTxn {
                who,
                epoch,
                commit,
                version: end,
            });
            if random.percent(30) {
                // A repeated one: that it was answered is not known to a client that asks again.
                let repeated = if rising { -1 } else { 0 };
                let commit = commit ^ random.percent(20);
                steps.push(Step::EndTxn {
                    who,
                    epoch: epoch + repeated,
                    commit,
                    version: end,
                });
            }
        }
        18 => steps.push(Step::DescribeTransactions {
            known: random.percent(80),
        }),
        _ => steps.push(Step::ListTransactions),
    }
}

fn init(who: usize, holding: Holding, rising: bool) -> Step {
    Step::Init {
        who,
        holding,
        timeout_ms: 60_000,
        version: if rising { 5 } else { 4 },
    }
}

/// A transaction as clients make them.
fn whole(random: &mut Random, who: usize, rising: bool, steps: &mut Vec<Step>) {
    if random.percent(25) {
        steps.push(init(who, Holding::Nothing, rising));
    }
    if !rising {
        steps.push(Step::AddPartitions {
            who,
            epoch: 0,
            partitions: vec![0, 1],
            version: 3,
        });
    }
    for _ in 0..1 + random.below(2) {
        let version = produce_version(random, rising);
        let mut produce = writers::batch(random, who, version);
        (produce.epoch, produce.acks, produce.form) = (0, -1, Form::Right);
        produce.partition %= 2;
        if produce.sequence != Sequence::Repeated {
            produce.sequence = Sequence::Next;
        }
        steps.push(Step::Produce(produce));
    }
    if random.percent(40) {
        if !rising {
            steps.push(Step::AddOffsets {
                who,
                epoch: 0,
                version: 3,
            });
        }
        steps.push(Step::TxnOffsetCommit {
            who,
            epoch: 0,
            by: groups::anyone(random),
            offset: random.below(50) as i64,
            version: offsets_version(random, rising),
        });
        if random.percent(30) {
            steps.push(Step::OffsetFetch {
                stable: true,
                all: false,
                version: 9,
            });
        }
    }
    if random.percent(30) {
        writers::look(random, steps);
    }
    let version = if rising { 5 } else { 3 };
    let commit = random.percent(65);
    steps.push(Step::EndTxn {
        who,
        epoch: 0,
        commit,
        version,
    });
}

fn produce_version(random: &mut Random, rising: bool) -> i16 {
    if rising {
        random.of(&[12, 13])
    } else {
        random.of(&[9, 10, 11])
    }
}

fn offsets_version(random: &mut Random, rising: bool) -> i16 {
    if rising { 5 } else { random.of(&[3, 4]) }
}
