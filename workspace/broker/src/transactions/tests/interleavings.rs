//! Two contenders for one transactional id, in any order of requests, time-outs and restarts: what is seen is what the
//! plainest account says, and only the owner's requests are accepted.

use std::time::Duration;

use kafka_protocol::ResponseError::ConcurrentTransactions;
use proptest::{prelude::*, sample::select};

use super::{
    client::{Client, Outcome, TIMEOUT_MS, TOPIC},
    kept::Kept,
    model::Model,
    reader::{committed, fetched, group_offset},
};
use crate::{
    Settings,
    testing::World,
    transactions::Protocol::{self, InPlace, Rising},
};

const DELAY: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug)]
enum Act {
    /// Initialises until it is done.
    Init,
    /// Asks once to be initialised: an open transaction is aborted, and that is all.
    InitOnce,
    Add(i32),
    Write(i32),
    /// Writes without a look at what belongs to the transaction.
    WriteBlindly(i32),
    Offsets,
    End(bool),
    /// Its last EndTxn arrives once more.
    EndAgain,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    By(usize, Act),
    /// Markers that were put off are written.
    Markers,
    TimeOut,
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Init),
        1 => Just(Act::InitOnce),
        2 => (0..2).prop_map(Act::Add),
        6 => (0..2).prop_map(Act::Write),
        2 => (0..2).prop_map(Act::WriteBlindly),
        3 => Just(Act::Offsets),
        5 => any::<bool>().prop_map(Act::End),
        2 => Just(Act::EndAgain),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => (0..2_usize, act()).prop_map(|(who, act)| Event::By(who, act)),
        3 => Just(Event::Markers),
        1 => Just(Event::TimeOut),
        2 => Just(Event::Restart),
    ]
}

struct Run {
    world: World,
    kept: Kept,
    clients: [Client; 2],
    protocols: [Protocol; 2],
    model: Model,
    /// Values are told apart by their number.
    values: u32,
}

impl Run {
    fn new(protocols: [Protocol; 2], marker_delay: Option<Duration>) -> Self {
        let kept = Kept::default();
        let mut world = kept.world(Settings {
            marker_delay,
            ..Settings::default()
        });
        world.topic(TOPIC, 2);
        Self {
            world,
            kept,
            clients: protocols.map(|protocol| Client::new("shop", protocol)),
            protocols,
            model: Model::default(),
            values: 0,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::By(who, act) => self.act(who, act),
            Event::Markers => self.world.advance(DELAY),
            Event::TimeOut => {
                self.world.advance(Duration::from_millis(TIMEOUT_MS as u64));
                self.model.cut();
                self.world.advance(DELAY);
            }
            Event::Restart => self.kept.restart(&mut self.world),
        }
    }

    /// Lets a client ask, once more when it is told to wait for markers.
    fn ask(&mut self, who: usize, mut ask: impl FnMut(&mut Client, &mut World) -> Outcome) -> Outcome {
        let first = ask(&mut self.clients[who], &mut self.world);
        if first != Err(ConcurrentTransactions.code()) {
            return first;
        }
        self.world.advance(DELAY);
        let second = ask(&mut self.clients[who], &mut self.world);
        assert_ne!(second, Err(ConcurrentTransactions.code()), "the markers are written");
        second
    }

    fn act(&mut self, who: usize, act: Act) {
        let owns = self.model.owns(who);
        match act {
            Act::Init => {
                self.ask(who, |client, world| client.init(world))
                    .expect("an init in the end");
                self.model.init(who);
            }
            Act::InitOnce => match self.clients[who].init(&mut self.world) {
                Ok(()) => {
                    assert!(!self.model.is_open(), "an open transaction is aborted first");
                    self.model.init(who);
                }
                Err(code) => {
                    assert_eq!(code, ConcurrentTransactions.code());
                    self.model.cut();
                }
            },
            Act::Add(partition) => {
                let outcome = self.ask(who, |client, world| client.add(world, partition));
                assert_eq!(outcome.is_ok(), owns, "{outcome:?}");
                if owns {
                    // The transaction is open, though nothing is in it.
                    self.model.open_empty();
                }
            }
            Act::Write(partition) => self.write(who, partition, |client, world, value| {
                client.write(world, partition, value)
            }),
            Act::WriteBlindly(partition) => {
                // Until the markers are written a partition takes what the ended transaction's owner sends, as in Kafka.
                self.world.advance(DELAY);
                let value = self.values;
                let outcome = self.ask(who, |client, world| client.produce(world, partition, value));
                assert!(owns || outcome.is_err());
                if outcome.is_ok() {
                    self.values += 1;
                    self.model.write(partition as usize, value);
                }
            }
            Act::Offsets => {
                self.values += 1;
                let offset = i64::from(self.values);
                let outcome = self.ask(who, |client, world| client.offsets(world, offset));
                assert_eq!(outcome.is_ok(), owns, "{outcome:?}");
                if owns {
                    self.model.offset(offset);
                }
            }
            Act::End(commits) => self.end(who, commits),
            Act::EndAgain => self.end_again(who),
        }
    }

    fn write(&mut self, who: usize, partition: i32, write: impl Fn(&mut Client, &mut World, u32) -> Outcome) {
        let owns = self.model.owns(who);
        let value = self.values;
        self.values += 1;
        if !owns {
            // A zombie's partition may take its batch until the marker of the abort is there: nobody sees it.
            let _ = write(&mut self.clients[who], &mut self.world, value);
            return;
        }
        let outcome = self.ask(who, |client, world| write(client, world, value));
        assert_eq!(outcome, Ok(()), "the owner writes");
        self.model.write(partition as usize, value);
    }

    fn end(&mut self, who: usize, commits: bool) {
        let (owns, is_open, last) = (self.model.owns(who), self.model.is_open(), self.model.last);
        if !is_open {
            // As in Kafka an end with the new epoch is taken for a fenced one's until the markers of the end before are
            // written.
            self.world.advance(DELAY);
        }
        let outcome = self.ask(who, |client, world| client.end(world, commits));
        let (allowed, goes_on) = match self.protocols[who] {
            InPlace => (owns && (is_open || last == Some(commits)), false),
            Rising => {
                let goes_on = !commits && self.model.is_cut_off(who);
                (owns && (is_open || !commits) || goes_on, goes_on)
            }
        };
        assert_eq!(outcome.is_ok(), allowed, "{outcome:?}");
        if goes_on {
            self.model.go_on();
        } else if allowed {
            self.model.end(commits);
        }
    }

    fn end_again(&mut self, who: usize) {
        let (owns, is_open, last) = (self.model.owns(who), self.model.is_open(), self.model.last);
        self.world.advance(DELAY);
        let Some((commits, outcome)) = self.clients[who].end_again(&mut self.world) else {
            return;
        };
        match self.protocols[who] {
            // It is taken for the end of whatever is open, if it is the owner's (why there is a second protocol).
            InPlace => {
                assert_eq!(
                    outcome.is_ok(),
                    owns && (is_open || last == Some(commits)),
                    "{outcome:?}"
                );
                if outcome.is_ok() {
                    self.model.end(commits);
                    self.clients[who].begin_anew();
                }
            }
            Rising => assert!(outcome.is_err() || !is_open, "a late end reaches no later transaction"),
        }
    }

    fn check(&mut self) {
        self.world.advance(DELAY);
        for partition in [0, 1_usize] {
            let seen = committed(&mut self.world, partition as i32);
            assert_eq!(seen, self.model.committed.values[partition], "partition {partition}");
            if !self.model.is_open() {
                let data = fetched(&mut self.world, partition as i32, true);
                assert_eq!(data.last_stable_offset, data.high_watermark, "nothing hangs");
            }
        }
        assert_eq!(group_offset(&mut self.world), self.model.committed.offset.unwrap_or(-1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_seen_is_what_the_owners_committed(
        protocols in select(vec![[InPlace, InPlace], [InPlace, Rising], [Rising, InPlace], [Rising, Rising]]),
        delay in select(vec![None, Some(DELAY)]),
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut run = Run::new(protocols, delay);
        for event in events {
            run.happen(event);
        }
        run.check();
        run.kept.restart(&mut run.world);
        run.check();
    }
}
