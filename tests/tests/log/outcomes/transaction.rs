//! One transaction that goes wrong, its truth, and the take-over after it.

use std::{
    thread,
    time::{Duration, Instant},
};

use palinode_log::{Outcome, Produced, Slot, TaskLog, kafka::KafkaTask, kafka::topics::Topics};
use palinode_tests::{
    log_world::{World, is_committed, until},
    proxy::{Armed, Fault, Point, Proxy, What},
};

use super::pool::On;

/// How an outcome is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Committed,
    Aborted,
    Fenced,
    Indefinite,
}

impl Ended {
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Committed { .. } => Self::Committed,
            Outcome::Aborted { .. } => Self::Aborted,
            Outcome::Fenced => Self::Fenced,
            Outcome::Indefinite { .. } => Self::Indefinite,
        }
    }
}

/// A world on a broker, and a way to it that can go wrong.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) outside: World,
    pub(super) door: Proxy,
}

impl Stage {
    pub(super) fn on(on: On) -> Self {
        let world = World::on(&on.bootstrap());
        let mut small = world.spec("small");
        small.configs.insert("max.message.bytes".into(), "2000".into());
        Topics::connect(&world.settings).unwrap().create(&[small]).unwrap();
        let door = Proxy::to(&world.settings.bootstrap_servers).unwrap();
        let outside = world.by(&door.bootstrap());
        Self { world, outside, door }
    }

    /// Arms a fault of the producer of slot a, or of all clients whose id ends so.
    pub(super) fn arm(&self, at: Point, of: &str, times: usize, what: What) -> Armed {
        self.door.arm(Fault {
            at,
            of: of.into(),
            times,
            what,
        })
    }

    /// An owner that has committed its claim on slot a, by the way that can go wrong.
    pub(super) fn owner(&self) -> KafkaTask {
        let mut owner = self.outside.owner(0);
        let claim = owner.commit(Slot::A, &[self.world.journal(0, "claim")]);
        assert!(is_committed(&claim), "{claim:?}");
        owner
    }

    /// Records of several partitions whose values begin with `name`; the journal's are the first and the last.
    pub(super) fn batch(&self, name: &str) -> Vec<Produced> {
        let text = |number: usize| format!("{name}{number}");
        vec![
            self.world.journal(0, &text(1)),
            self.world.record("out", Some(1), "key", &text(2)),
            self.world.record("out", Some(2), "key", &text(3)),
            self.world.journal(0, &text(4)),
        ]
    }

    /// Another member takes the task over and works, on both ids.
    pub(super) fn take_over(&self) -> Duration {
        let started = Instant::now();
        let mut next = self.outside.seen_by("member-2").task(0);
        for slot in Slot::ALL {
            until("an initialised id", || match next.fence(slot) {
                Ok(()) => true,
                Err(error) => {
                    assert!(error.is_retriable(), "{slot:?}: {error}");
                    false
                }
            });
        }
        let claim = next.commit(Slot::A, &[self.world.journal(0, "claim")]);
        assert!(is_committed(&claim), "the claim of the next owner: {claim:?}");
        for slot in [Slot::B, Slot::A] {
            let work = next.commit(slot, &[self.world.journal(0, "work")]);
            assert!(is_committed(&work), "{slot:?}: {work:?}");
        }
        started.elapsed()
    }

    /// Whether the records of batch `name` stand.
    ///
    /// # Panics
    /// When only some of them do, or one of them twice.
    pub(super) fn stands(&self, name: &str) -> bool {
        let of = |topic: &str, partition: i32| {
            let mut values = self.world.values(topic, partition);
            values.retain(|value| value.starts_with(name));
            values
        };
        let found = [of("palinode.journal", 0), of("out", 1), of("out", 2)];
        let whole = [
            vec![format!("{name}1"), format!("{name}4")],
            vec![format!("{name}2")],
            vec![format!("{name}3")],
        ];
        let stands = found == whole;
        assert!(
            stands || found.iter().all(Vec::is_empty),
            "a half transaction is visible: {found:?}"
        );
        stands
    }

    /// What was said of batch `name` is true.
    pub(super) fn check(&self, name: &str, outcome: &Outcome) {
        let stands = self.stands(name);
        match outcome {
            Outcome::Committed { .. } => assert!(stands, "it was said to stand, and is not there"),
            Outcome::Aborted { .. } => assert!(!stands, "it was said to be aborted, and is there"),
            Outcome::Fenced | Outcome::Indefinite { .. } => {}
        }
    }
}

/// A fault of a transaction, and what must follow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) on: On,
    pub(super) at: Point,
    pub(super) times: usize,
    pub(super) what: What,
    /// How it may end.
    pub(super) ends: &'static [Ended],
    pub(super) within: Duration,
}

impl Case {
    pub(super) fn name(&self) -> String {
        let often = if self.times == 1 { "" } else { ", always" };
        format!("{:?} {:?}: {:?}{often}", self.on, self.at, self.what)
    }

    /// Plays it; says how it ended.
    ///
    /// # Panics
    /// When what was said is not true, came too late, or nobody can go on.
    pub(super) fn play(&self) -> String {
        let stage = Stage::on(self.on);
        let mut owner = stage.owner();
        let mut records = stage.batch("b");
        if self.at == Point::Abort {
            records.push(stage.world.record("small", None, "key", &"x".repeat(5_000)));
        }
        let armed = stage.arm(self.at, "-0-a", self.times, self.what);
        let started = Instant::now();
        let outcome = owner.commit(Slot::A, &records);
        let took = started.elapsed();
        assert!(armed.hits() > 0, "the fault did not happen; {outcome:?}");
        assert!(self.ends.contains(&Ended::of(&outcome)), "{outcome:?} after {took:?}");
        assert!(took < self.within, "{outcome:?} after {took:?}");
        if let (Point::Abort, Outcome::Aborted { refused, .. }) = (self.at, &outcome) {
            let blamed = refused.as_ref().map(|refused| &refused.topic);
            assert_eq!(blamed, Some(&stage.world.topic("small")));
        }
        stage.door.disarm();
        // An id that is given up says so without asking anybody; another one works. The client may need an abort more to
        // find its sequence numbers again.
        let mut again = owner.commit(Slot::A, &[stage.world.journal(0, "again")]);
        if Ended::of(&outcome) == Ended::Aborted && Ended::of(&again) == Ended::Aborted {
            again = owner.commit(Slot::A, &[stage.world.journal(0, "again")]);
        }
        let goes_on = is_committed(&again);
        let may_go_on = matches!(outcome, Outcome::Committed { .. } | Outcome::Aborted { .. });
        assert!(
            goes_on && may_go_on || matches!(again, Outcome::Indefinite { .. }),
            "{again:?} after {outcome:?}"
        );
        if let What::DelayRequest(by) = self.what {
            // What is late reaches the broker while nobody works.
            thread::sleep((started + by).saturating_duration_since(Instant::now()));
        }
        let taken = stage.take_over();
        stage.check("b", &outcome);
        let goes_on = if goes_on { "goes on" } else { "given up" };
        let ended = Ended::of(&outcome);
        format!("{ended:?} after {took:.1?}, {goes_on}; taken over in {taken:.1?}")
    }
}
