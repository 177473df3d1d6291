//! What hits what, and when: decided by the seed and the number of the round alone.

use std::{collections::BTreeSet, time::Duration};

use palinode_sandbox::shop::Component;

use crate::{
    dice::Dice,
    fault::{Fault, Target, Trouble, What},
};

/// How long a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tempo {
    /// Faults begin within this time.
    pub(crate) begins_within: Duration,
    /// Most faults last no longer.
    pub(crate) lasts_max: Duration,
    /// Those faults that outlast sessions and transactions last no longer.
    pub(crate) outlasts_max: Duration,
    /// How long the world is left alone after a round, at the most.
    pub(crate) quiet_max: Duration,
}

/// What there is to hit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) nodes: u8,
    pub(crate) brokers: usize,
    /// Whether each node reaches each broker by a link of its own.
    pub(crate) has_links: bool,
    /// Whether the disks of the nodes can be filled.
    pub(crate) has_disks: bool,
    pub(crate) tempo: Tempo,
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// Faults, in the order in which they begin.
    pub(crate) faults: Vec<Fault>,
    /// Whether the nodes of the orchestrator are waited for, so that the next round finds them at work.
    pub(crate) settles: bool,
    /// How long the world is left alone then.
    pub(crate) quiet: Duration,
}

/// A fault lasts at least so long.
const LASTS_MIN: Duration = Duration::from_millis(200);
/// Of a hundred faults so many outlast sessions (6 s), transactions (5 s) and commits (10 s).
const OUTLASTS_PERCENT: usize = 15;
/// How many faults a round has, and how often of a hundred.
const FAULTS: [(usize, usize); 5] = [(10, 0), (30, 1), (30, 2), (20, 3), (10, 4)];
/// Of a hundred killed orchestrators so many lose their disks.
const WIPED_PERCENT: usize = 25;

/// After so many of a hundred rounds the nodes are waited for; the others are followed by the next while they start.
const SETTLES_PERCENT: usize = 60;

/// A family of faults.
#[derive(Clone, Copy)]
enum Family {
    Orchestrator,
    Service,
    Broker,
    Registry,
    Rolling,
    Link,
    Disk,
}

impl Round {
    /// Round `number` of a run with this seed.
    pub(crate) fn of(seed: u64, number: u64, shape: &Shape) -> Self {
        let mut dice = Dice::about(seed, number);
        let count = dice.one_of(&FAULTS).unwrap_or(0);
        let mut faults = Vec::new();
        let mut hit = BTreeSet::new();
        for _ in 0..count {
            let fault = Fault {
                at: dice.between(Duration::ZERO, shape.tempo.begins_within),
                lasts: lasts(&mut dice, &shape.tempo),
                what: what(&mut dice, shape),
            };
            // Each at most once in a round; and of the brokers one, so that most of them are there.
            if marks(&fault.what).into_iter().all(|mark| hit.insert(mark)) {
                faults.push(fault);
            }
        }
        faults.sort_by_key(|fault| fault.at);
        Self {
            faults,
            settles: dice.falls(SETTLES_PERCENT),
            quiet: dice.between(Duration::ZERO, shape.tempo.quiet_max),
        }
    }
}

fn lasts(dice: &mut Dice, tempo: &Tempo) -> Duration {
    match dice.falls(OUTLASTS_PERCENT) {
        true => dice.between(tempo.lasts_max, tempo.outlasts_max),
        false => dice.between(LASTS_MIN, tempo.lasts_max),
    }
}

fn what(dice: &mut Dice, shape: &Shape) -> What {
    let families = [
        (38, Family::Orchestrator),
        (20, Family::Service),
        (13, Family::Broker),
        (5, Family::Registry),
        (4, Family::Rolling),
        (if shape.has_links { 16 } else { 0 }, Family::Link),
        (if shape.has_disks { 4 } else { 0 }, Family::Disk),
    ];
    let node = u8::try_from(dice.below(shape.nodes.into())).unwrap_or(0);
    match dice.one_of(&families).unwrap_or(Family::Orchestrator) {
        Family::Orchestrator => match process(dice, Target::Shop(Component::Orchestrator(node))) {
            What::Kill(_) if dice.falls(WIPED_PERCENT) => What::KillAndWipe(node),
            other => other,
        },
        Family::Service => {
            let service = Component::SERVICES[dice.below(Component::SERVICES.len())];
            process(dice, Target::Shop(service))
        }
        Family::Broker => {
            let broker = dice.below(shape.brokers);
            process(dice, Target::Broker(broker))
        }
        Family::Registry => process(dice, Target::Registry),
        Family::Rolling => What::Rolling,
        Family::Link => {
            let broker = dice.below(shape.brokers + 1);
            let slow = Trouble::Slow(dice.between(Duration::from_millis(20), Duration::from_millis(400)));
            let troubles = [
                (20, Trouble::Cut),
                (20, Trouble::Silent),
                (15, Trouble::SilentAndCut),
                (25, Trouble::AnswersLost),
                (20, slow),
            ];
            let trouble = dice.one_of(&troubles).unwrap_or(slow);
            What::Link(node, (broker < shape.brokers).then_some(broker), trouble)
        }
        Family::Disk => What::DiskFull(node),
    }
}

fn process(dice: &mut Dice, target: Target) -> What {
    match dice.below(10) {
        0..5 => What::Kill(target),
        5..8 => What::Pause(target),
        _ => What::Stop(target),
    }
}

/// What no other fault of the round may touch.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Process(Target),
    AnyBroker,
    Link(u8),
    Disk(u8),
}

fn marks(what: &What) -> Vec<Mark> {
    let orchestrator = |node| Mark::Process(Target::Shop(Component::Orchestrator(node)));
    match *what {
        What::Kill(Target::Broker(_)) | What::Pause(Target::Broker(_)) | What::Stop(Target::Broker(_)) => {
            vec![Mark::AnyBroker]
        }
        What::Kill(target) | What::Pause(target) | What::Stop(target) => vec![Mark::Process(target)],
        What::KillAndWipe(node) => vec![orchestrator(node), Mark::Disk(node)],
        What::Rolling => (0..u8::MAX).map(orchestrator).collect(),
        What::Link(node, ..) => vec![Mark::Link(node)],
        What::DiskFull(node) => vec![orchestrator(node), Mark::Disk(node)],
    }
}

/// Looks through many rounds of some seeds: they are the same each time, no round hits two brokers, and everything
/// happens that there is.
///
/// # Panics
/// When that is not so.
pub(crate) fn check(shape: &Shape) {
    let mut kinds = BTreeSet::new();
    for (seed, number) in (0..20).flat_map(|seed| (0..100).map(move |number| (seed, number))) {
        let round = Round::of(seed, number, shape);
        assert_eq!(round, Round::of(seed, number, shape));
        let hits_broker = |fault: &&Fault| fault.what.kind().ends_with("of a broker");
        assert!(round.faults.iter().filter(hits_broker).count() <= 1, "{round:?}");
        kinds.extend(round.faults.iter().map(|fault| fault.what.kind()));
    }
    let expected = 14 + if shape.has_links { 4 } else { 0 } + usize::from(shape.has_disks);
    assert_eq!(kinds.len(), expected, "{kinds:?}");
}
