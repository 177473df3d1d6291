//! Orders, duplicates, late and missing answers, crashes and faults in an order that a seed decides. In the end every
//! saga has ended once, every input has had one effect, and the journal replays to what the store holds.

use std::{rc::Rc, sync::Arc, time::Duration};

use palinode_engine::{Settings, cycle::Status};
use palinode_log::memory::Fault;
use palinode_store::memory::MemoryStores;

use crate::support::{Command, Setup, Shell, World, order_plan, question, wait_for_wish, with_items, with_packing};

/// Runs; each takes a few hundred milliseconds, most of them spent in looking at what was written.
const SEEDS: u64 = 20;

/// Steps of one run before everything is healed.
const STEPS: u32 = 150;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

struct Run {
    world: Rc<World>,
    random: Random,
    orders: Vec<String>,
    /// Commands that nobody has answered yet.
    open: Vec<Command>,
    stores: [MemoryStores; 2],
    tasks: [Shell; 2],
}

impl Run {
    fn new(seed: u64) -> Self {
        // Packing is done once, item by item, left to a person, or waits for a wish of the customer.
        let plan = match seed % 4 {
            0 => order_plan(),
            1 => with_items(),
            2 => with_packing(question(Duration::from_secs(20))),
            _ => with_packing(wait_for_wish(None)),
        };
        let world = World::with(Setup {
            plans: vec![Arc::new(plan)],
            unknown: vec!["shop.orders.PaymentRetryRequested"],
            // From a checkpoint after nearly every transaction to none at all.
            settings: Settings {
                checkpoint_records: [7, 40, 160, u64::MAX][(seed / 4) as usize % 4],
                ..Settings::default()
            },
            ..Setup::default()
        });
        let stores = [MemoryStores::default(), MemoryStores::default()];
        let tasks = [
            world.task_of("one", 0, stores[0].clone()),
            world.task_of("two", 0, stores[1].clone()),
        ];
        let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            world,
            random,
            orders: Vec::new(),
            open: Vec::new(),
            stores,
            tasks,
        }
    }

    fn order(&mut self) -> Option<String> {
        let count = self.orders.len();
        (count > 0).then(|| self.orders[self.random.below(count)].clone())
    }

    fn step(&mut self) {
        let member = self.random.below(2);
        match self.random.below(21) {
            0..=3 => {
                let order = format!("o-{}", self.orders.len());
                self.world.place(&order);
                self.orders.push(order);
            }
            4 => drop(self.order().map(|order| self.world.place(&order))),
            5 => drop(self.order().map(|order| self.world.cancel(&order))),
            6 => drop(self.order().map(|order| self.world.retry_payment(&order))),
            7..=10 => self.participants(),
            11 => self.fault(),
            12 => self.crash(member),
            13 => {
                let after = self.random.below(3) as u32 + 1;
                self.tasks[member].dies_after_commits = Some(after);
            }
            14 => self.stores[member].fail_next_write(0),
            15 => {
                self.tasks[member].tell(palinode_engine::cycle::Signal::Withdrawn);
            }
            16 => {
                let by = Duration::from_millis(1 << self.random.below(14));
                self.tasks[member].pass(by);
            }
            17 => self.tasks[member].registry_answers(),
            18 => drop(self.order().map(|order| {
                let wish = "shop.orders.PaymentRetryRequested";
                self.world.send("orders.wishes", &order, wish, &[], vec![])
            })),
            19 => {
                self.world.broker.fail_no_commit(0);
                self.world.routes_agree(0);
            }
            _ => {
                self.tasks[member].poll_max = self.random.below(7) + 1;
                self.tasks[member].propose();
            }
        }
        for member in 0..2 {
            if self.tasks[member].is_dead() {
                self.crash(member);
            }
        }
    }

    fn participants(&mut self) {
        self.open.extend(self.world.commands());
        for _ in 0..self.random.below(6) {
            if self.open.is_empty() {
                return;
            }
            let at = self.random.below(self.open.len());
            let command = self.open[at].clone();
            match self.random.below(12) {
                0 => drop(self.open.swap_remove(at)),
                1 => drop(self.world.succeed(&command)),
                2 if crate::support::failure(&command.record).is_some() => {
                    self.world
                        .refuse(&command, ["NO", "BANK_UNAVAILABLE"][self.random.below(2)]);
                    self.open.swap_remove(at);
                }
                _ => {
                    self.world.succeed(&command);
                    self.open.swap_remove(at);
                }
            }
        }
    }

    fn fault(&mut self) {
        let fault = match self.random.below(5) {
            0 => Fault::Abort,
            1 => Fault::Fence,
            2 => Fault::UnknownCommitted,
            3 => Fault::UnknownAborted,
            _ => Fault::Refuse("palinode.dead-letters".into()),
        };
        self.world.broker.fail_next_commit(0, fault);
    }

    /// The process dies and is started again, sometimes on another disk.
    fn crash(&mut self, member: usize) {
        if self.random.below(4) == 0 {
            self.stores[member] = MemoryStores::default();
        }
        let name = ["one", "two"][member];
        let next = self.world.task_of(name, 0, self.stores[member].clone());
        std::mem::replace(&mut self.tasks[member], next).crash();
    }

    /// No fault happens any more; participants answer everything, and customers and people resume what is suspended.
    fn heal(mut self) -> (Rc<World>, Shell, Vec<String>) {
        let [one, two] = self.tasks;
        two.crash();
        one.crash();
        let mut task = self.world.task_of("one", 0, self.stores[0].clone());
        task.propose();
        task.pass(Duration::from_secs(300));
        for _ in 0..30 {
            task.registry_answers();
            self.open.extend(self.world.commands());
            for command in self.open.drain(..) {
                self.world.succeed(&command);
            }
            for (order, story) in self.world.stories() {
                if story
                    .last()
                    .is_some_and(|last| last.starts_with("SagaSuspended payment"))
                {
                    self.world.retry_payment(&order);
                }
            }
            task.pass(Duration::from_secs(30));
            if matches!(
                task.status(),
                Status::Running {
                    open_sagas: 0,
                    waiting: None,
                    ..
                }
            ) {
                break;
            }
        }
        (self.world, task, self.orders)
    }
}

#[test]
fn every_saga_ends_once_and_every_input_has_one_effect() {
    let mut ended = 0;
    for seed in 0..SEEDS {
        let mut run = Run::new(seed);
        for _ in 0..STEPS {
            run.step();
        }
        let (world, task, orders) = run.heal();
        assert!(
            matches!(task.status(), Status::Running { .. }),
            "seed {seed}: {:?}",
            task.status()
        );
        let stories = world.stories();
        for order in &orders {
            let story = &stories[order];
            let count = |prefix: &str| story.iter().filter(|event| event.starts_with(prefix)).count();
            assert_eq!(count("SagaStarted"), 1, "seed {seed}, {order}: {story:#?}");
            let ends = count("SagaCompleted") + count("SagaCompensated");
            assert_eq!(ends, 1 + count("SagaReopened"), "seed {seed}, {order}: {story:#?}");
            ended += ends;
        }
        assert_eq!(world.ignored(), [""; 0], "seed {seed}");
        task.ends_as_replayed();
    }
    assert!(ended > 400, "{ended} sagas ended");
}
