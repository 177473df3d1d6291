//! A group of one or two members, and its positions.

use crate::{
    random::Random,
    steps::{Member, NOT_A_MEMBER, Step, Wrong},
};

/// A member as it is, one that says something wrong, or somebody else.
pub(super) fn anyone(random: &mut Random) -> Member {
    Member {
        slot: random.of(&[0, 0, 1, 1, NOT_A_MEMBER, NOT_A_MEMBER]),
        wrong: random.of(&[
            Wrong::Nothing,
            Wrong::Nothing,
            Wrong::Nothing,
            Wrong::Nothing,
            Wrong::Nothing,
            Wrong::Nothing,
            Wrong::Id,
            Wrong::Generation(-1),
            Wrong::Generation(1),
            Wrong::FormerId,
            Wrong::Instance,
        ]),
    }
}

fn member(random: &mut Random) -> Member {
    Member {
        slot: random.below(2),
        ..anyone(random)
    }
}

/// Members come, agree, live and go.
pub(super) fn turn(random: &mut Random, steps: &mut Vec<Step>) {
    let slot = random.below(2);
    match random.below(20) {
        0..3 => steps.push(Step::Join { slot, anew: false }),
        3 => steps.push(Step::Join { slot: 1, anew: true }),
        4..8 => {
            steps.push(Step::Join { slot, anew: false });
            steps.push(Step::SyncAll);
        }
        8 => steps.push(Step::SyncAll),
        9..11 => steps.push(Step::SyncWrong {
            slot,
            wrong: random.of(&[
                Wrong::Id,
                Wrong::Generation(-1),
                Wrong::Generation(1),
                Wrong::FormerId,
                Wrong::Protocol,
                Wrong::Instance,
            ]),
        }),
        11..14 => steps.push(Step::Heartbeat(member(random))),
        14..16 => steps.push(Step::Leave(member(random))),
        16..19 => steps.push(Step::DescribeGroup {
            version: random.of(&[5, 5, 6]),
        }),
        _ => steps.push(Step::DeleteGroup),
    }
}

/// Positions are committed, read and deleted.
pub(super) fn offsets(random: &mut Random, steps: &mut Vec<Step>) {
    match random.below(10) {
        0..5 => steps.push(Step::OffsetCommit {
            by: anyone(random),
            partition: random.of(&[0, 0, 1, 7]),
            offset: random.below(100) as i64,
            long: random.percent(5),
            version: random.of(&[5, 7, 8, 9]),
        }),
        5..9 => steps.push(Step::OffsetFetch {
            stable: random.percent(50),
            all: random.percent(30),
            version: random.of(&[8, 9]),
        }),
        _ => steps.push(Step::OffsetDelete),
    }
}
