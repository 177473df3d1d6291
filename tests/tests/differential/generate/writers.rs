//! Records without transactions, topics, and looks at what is there.

use kafka_protocol::records::Compression;

use crate::{
    random::Random,
    steps::{Asked, Form, From, Holding, IDEMPOTENT, NOBODY, NewTopic, Produce, Sequence, Step},
};

/// Most batches are right.
const FORMS: [Form; 10] = [
    Form::TooLarge,
    Form::BadChecksum,
    Form::Garbage,
    Form::BadCount,
    Form::Control,
    Form::TwoBatches,
    Form::CutShort,
    Form::OldMagic,
    Form::InTheFuture,
    Form::Mislabelled,
];

const COMPRESSIONS: [Compression; 3] = [Compression::Gzip, Compression::Lz4, Compression::Zstd];

/// A batch of a producer, mostly right.
pub(super) fn batch(random: &mut Random, who: usize, version: i16) -> Produce {
    let sequence = match random.below(20) {
        0..14 => Sequence::Next,
        14..17 => Sequence::Repeated,
        17 => Sequence::Off(1),
        18 => Sequence::Off(-1),
        _ => Sequence::Off(-3),
    };
    Produce {
        who,
        partition: if random.percent(3) { 7 } else { random.below(2) as i32 },
        count: 1 + random.below(3),
        sequence,
        epoch: random.of(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 1]),
        transactional: who < IDEMPOTENT,
        form: if random.percent(15) {
            Form::Compressed(random.of(&COMPRESSIONS))
        } else {
            Form::Right
        },
        acks: if random.percent(2) { 2 } else { -1 },
        version,
    }
}

/// Something is written without a transaction, or a topic is asked for.
pub(super) fn turn(random: &mut Random, steps: &mut Vec<Step>) {
    let version = random.of(&[9, 10, 11, 12, 13]);
    match random.below(20) {
        0..3 => steps.push(Step::Init {
            who: IDEMPOTENT,
            holding: random.of(&[
                Holding::Nothing,
                Holding::Nothing,
                Holding::Own,
                Holding::Epoch(-1),
                Holding::EpochOnly,
            ]),
            timeout_ms: 60_000,
            version: random.of(&[3, 4, 5]),
        }),
        3..12 => steps.push(Step::Produce(batch(random, IDEMPOTENT, version))),
        12..15 => {
            let mut produce = batch(random, NOBODY, version);
            if random.percent(25) {
                produce.acks = 0;
                produce.form = random.of(&[Form::Right, Form::Right, Form::BadChecksum]);
            }
            steps.push(Step::Produce(produce));
        }
        15..17 => {
            let who = random.of(&[IDEMPOTENT, NOBODY]);
            let mut produce = batch(random, who, version);
            produce.form = random.of(&FORMS);
            steps.push(Step::Produce(produce));
        }
        17 => {
            // Transactional records without a transactional id, and records of an id's holder outside of a transaction.
            let mut produce = batch(random, NOBODY, version);
            produce.who = random.of(&[NOBODY, 0]);
            produce.transactional = produce.who == NOBODY;
            steps.push(Step::Produce(produce));
        }
        18 => steps.push(Step::DeleteRecords {
            partition: random.of(&[0, 0, 1, 7]),
            to: random.of(&[
                From::At(0),
                From::At(1),
                From::At(3),
                From::At(-1),
                From::At(-2),
                From::End(0),
                From::End(1),
            ]),
        }),
        _ => admin(random, steps),
    }
}

/// A topic is created, or asked for.
pub(super) fn admin(random: &mut Random, steps: &mut Vec<Step>) {
    steps.push(match random.below(10) {
        0..4 => Step::CreateTopic(random.of(&[
            NewTopic::Again,
            NewTopic::BadName,
            NewTopic::NoPartitions,
            NewTopic::TwoReplicas,
            NewTopic::UnknownConfig,
            NewTopic::BadConfig,
            NewTopic::OnlyChecked,
        ])),
        4 => Step::DeleteMissingTopic,
        5..8 => Step::Metadata(random.of(&[
            Asked::Own,
            Asked::Missing,
            Asked::MissingId,
            Asked::BadName,
            Asked::Internal,
        ])),
        8 => Step::FindCoordinator {
            kind: random.of(&[0, 1, 9]),
        },
        _ => Step::ApiVersions,
    });
}

/// Somebody looks at what is there.
pub(super) fn look(random: &mut Random, steps: &mut Vec<Step>) {
    let partition = random.of(&[0, 0, 0, 0, 1, 1, 1, 7]);
    let committed = random.percent(60);
    steps.push(match random.below(10) {
        0..5 => Step::Fetch {
            partition,
            from: random.of(&[
                From::At(0),
                From::At(0),
                From::At(1),
                From::At(2),
                From::At(5),
                From::At(-1),
                From::End(0),
                From::End(-1),
                From::End(1),
            ]),
            committed,
            version: random.of(&[4, 11, 12, 13, 17]),
        },
        5..8 => Step::ListOffsets {
            partition,
            time: random.of(&[-1, -1, -2, -3, -4, -9, 0, 15, 100, 10_000_000]),
            committed,
            version: random.of(&[2, 7, 8, 9]),
        },
        8 => Step::DescribeProducers { partition },
        _ => Step::Fetch {
            partition,
            from: From::At(0),
            committed,
            version: 12,
        },
    });
}

/// What has come of it all.
pub(super) fn ends(steps: &mut Vec<Step>) {
    for partition in [0, 1] {
        for committed in [true, false] {
            steps.push(Step::ListOffsets {
                partition,
                time: -1,
                committed,
                version: 7,
            });
        }
        steps.push(Step::ListOffsets {
            partition,
            time: -2,
            committed: false,
            version: 7,
        });
        steps.push(Step::DescribeProducers { partition });
    }
    steps.push(Step::DescribeTransactions { known: true });
    steps.push(Step::OffsetFetch {
        stable: false,
        all: true,
        version: 9,
    });
    steps.push(Step::DescribeGroup { version: 5 });
}
