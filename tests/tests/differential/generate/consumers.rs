//! A group of the protocol of KIP-848.

use crate::{
    random::Random,
    steps::{Consumer, Step, Subscription, Untrue},
};

/// Members come, say that they live, commit and go.
pub(super) fn turn(random: &mut Random, steps: &mut Vec<Step>) {
    let slot = random.below(2);
    steps.push(match random.below(20) {
        0..6 => Step::ConsumerJoin {
            slot,
            subscription: random.of(&[
                Subscription::Name,
                Subscription::Name,
                Subscription::Name,
                Subscription::Name,
                Subscription::Missing,
                Subscription::BadPattern,
                Subscription::Nothing,
            ]),
        },
        6..11 => Step::ConsumerBeat {
            slot,
            untrue: random.of(&[
                Untrue::Nothing,
                Untrue::Nothing,
                Untrue::Epoch(1),
                Untrue::Epoch(5),
                Untrue::Id,
                Untrue::Group,
            ]),
        },
        11..14 => Step::ConsumerLeave { slot },
        14..17 => Step::ConsumerCommit(random.of(&[
            Consumer::Member { slot, epoch: 0 },
            Consumer::Member { slot, epoch: 0 },
            Consumer::Member { slot, epoch: 1 },
            Consumer::Member { slot, epoch: -1 },
            Consumer::Nobody,
        ])),
        _ => Step::DescribeConsumers,
    });
}
