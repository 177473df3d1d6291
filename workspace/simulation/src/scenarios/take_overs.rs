//! Several want a task at once.

use palinode_log::Outcome;

use super::{
    End, Scenario,
    parts::{is_fault, is_fenced_by, one_after_the_other, quiet},
};
use crate::{
    Remains,
    history::Happened,
    plan::{Answer, Definitions, Fault, WorldPlan},
};

pub(super) const ALL: [Scenario; 3] = [
    Scenario {
        name: "two contenders take over at once",
        meaning: "The initialisations of two members that want the same task interleave, again and again: one of their \
                  claims is fenced, and each input is taken once.",
        end: End::AtRest,
        plan: two_contenders,
        is_met: |remains| {
            let (zero, one) = (|entry: &_| is_fenced_by(entry, 0), |entry: &_| is_fenced_by(entry, 1));
            one_after_the_other(remains, &[&zero, &one, &zero, &one]) && somebody_was_fenced(remains)
        },
    },
    Scenario {
        name: "one of two ids is initialised and the other is not",
        meaning: "The answers to some initialisations go astray, so that a member holds one id of a task and another member \
                  the other.",
        end: End::AtRest,
        plan: two_ids,
        is_met: |remains| {
            let lost = |entry: &crate::history::Entry| matches!(&entry.what, Happened::Fenced { error: Some(_), .. });
            let (zero, one) = (|entry: &_| is_fenced_by(entry, 0), |entry: &_| is_fenced_by(entry, 1));
            one_after_the_other(remains, &[&lost, &zero]) && one_after_the_other(remains, &[&one])
        },
    },
    Scenario {
        name: "a zombie wakes up",
        meaning: "A node stands still while another takes its task over, and then goes on as if nothing had been: nothing \
                  that it writes is ever seen.",
        end: End::AtRest,
        plan: zombie,
        is_met: |remains| {
            let paused = |entry: &_| is_fault(entry, "pause");
            let (zero, one) = (|entry: &_| is_fenced_by(entry, 0), |entry: &_| is_fenced_by(entry, 1));
            one_after_the_other(remains, &[&zero, &paused, &one]) && somebody_was_fenced(remains)
        },
    },
];

fn somebody_was_fenced(remains: &Remains) -> bool {
    let fenced = |what: &Happened| {
        matches!(
            what,
            Happened::Ended {
                told: Outcome::Fenced,
                ..
            }
        )
    };
    remains.history.entries().iter().any(|entry| fenced(&entry.what))
}

fn two_contenders(seed: u64) -> WorldPlan {
    let slow = Fault::Slow {
        up_to_ms: 120,
        ms: 30_000,
    };
    let rounds = (0..8).flat_map(|round| {
        let at_ms = 4_000 + round * 3_100;
        let propose = move |node, after: i64| (at_ms + after, Fault::Propose { node, task: 0 });
        [propose(0, 0), propose(1, 10), propose(0, 140), propose(1, 260)]
    });
    quiet(seed, Definitions::Order, 14).with([(0, slow)]).with(rounds)
}

fn two_ids(seed: u64) -> WorldPlan {
    let lose = |node| Fault::LoseAnswer {
        node,
        answer: Answer::Init,
    };
    let rounds = (0..4).flat_map(move |round| {
        let at_ms = 3_000 + round * 9_000;
        // A question is asked three times at the most.
        let lost = (0..3).flat_map(move |_| [(at_ms, lose(0)), (at_ms + 320, lose(1))]);
        lost.chain([
            (at_ms + 1, Fault::Propose { node: 1, task: 0 }),
            (at_ms + 300, Fault::Propose { node: 0, task: 0 }),
            (at_ms + 500, Fault::Propose { node: 1, task: 0 }),
        ])
    });
    quiet(seed, Definitions::TwoVersions, 14).with(rounds)
}

fn zombie(seed: u64) -> WorldPlan {
    // Shorter than the silence after which membership takes the task away: it wakes up in good faith.
    let pause = |node| Fault::Pause { node, ms: 4_000 };
    let rounds = (0..5).flat_map(|round| {
        let at_ms = 2_500 + round * 6_100;
        [
            (at_ms, pause(0)),
            (at_ms + 400, Fault::Propose { node: 1, task: 0 }),
            (at_ms + 4_900, Fault::Propose { node: 0, task: 0 }),
        ]
    });
    quiet(seed, Definitions::Order, 30).with(rounds)
}
