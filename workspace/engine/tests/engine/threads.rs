//! The real threads: the tasks of a node, driven by wake-ups, against a log in memory.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use palinode_core::{Saga, SagaId};
use palinode_engine::{
    Deployment, Library, Node, Query,
    cycle::{SchemaAnswer, Status},
};
use palinode_store::memory::MemoryStores;

use crate::support::{Setup, World};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} never came true");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn real_time(world: &World) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    world.set_clock(i64::try_from(now.as_millis()).unwrap());
}

fn start(world: &World, member: &str) -> Arc<Node> {
    real_time(world);
    let shared = world.shared(member, MemoryStores::default());
    let library: Arc<dyn Library> = Arc::new(Fixed(world.deployment()));
    let (asks, questions) = mpsc::channel();
    let node = Node::start(
        &shared,
        &world.log(member),
        move |task, schema| {
            asks.send((task, schema)).ok();
        },
        &library,
    );
    let node = Arc::new(node.unwrap());
    let (weak, schemas) = (Arc::downgrade(&node), world.schemas.clone());
    std::thread::spawn(move || {
        while let Ok((task, schema)) = questions.recv() {
            let answer = schemas
                .text(schema)
                .map_or(SchemaAnswer::Unknown, |text| SchemaAnswer::Known(text.to_string()));
            let Some(node) = weak.upgrade() else { return };
            node.schema(task, schema, answer);
        }
    });
    node
}

/// Nothing is published while the node runs.
struct Fixed(Deployment);

impl Library for Fixed {
    fn current(&self) -> Result<Deployment, String> {
        Ok(self.0.clone())
    }
}

fn is_running(status: &Status) -> bool {
    matches!(status, Status::Running { .. })
}

#[test]
fn orders_on_all_partitions_are_shipped_by_threads_that_wake_up() {
    let world = World::with(Setup {
        partitions: 3,
        unknown: vec!["shop.orders.OrderPlaced"],
        ..Setup::default()
    });
    let node = start(&world, "one");
    assert!(node.status().values().all(|status| *status == Status::Idle));
    node.propose(&[0, 1, 2]);
    eventually("every task runs", || node.status().values().all(is_running));
    for order in 0..60 {
        world.place(&format!("o-{order}"));
    }
    eventually("every order is shipped", || {
        world.obey();
        world.broker.read("palinode.outcomes").len() == 60
    });
    node.stop();
    assert_eq!(world.all_commands().len(), 300);
    world.check();
}

#[test]
fn a_node_answers_questions_and_says_where_else_to_ask() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let node = start(&world, "one");
    let (answers, answer) = mpsc::channel();
    let ask = |key: &str| {
        let answers = answers.clone();
        node.saga(SagaId::new("order-fulfilment", key), move |found| {
            drop(answers.send(found))
        });
        answer.recv_timeout(PATIENCE).unwrap()
    };
    let task = node.task_of("o-1");
    assert_eq!(ask("o-1"), Err(Query::Elsewhere { task }));
    node.propose(&[0, 1]);
    eventually("every task runs", || node.status().values().all(is_running));
    world.place("o-1");
    eventually("the saga is open", || matches!(ask("o-1"), Ok(Some(Saga::Open(_)))));
    assert_eq!(ask("o-2"), Ok(None));
    let (pages, page) = mpsc::channel();
    node.open_sagas(task, None, 10, {
        let pages = pages.clone();
        move |found| drop(pages.send(found))
    });
    assert_eq!(page.recv_timeout(PATIENCE).unwrap().unwrap().len(), 1);
    node.open_sagas(99, None, 10, move |found| drop(pages.send(found)));
    assert_eq!(
        page.recv_timeout(PATIENCE).unwrap().unwrap_err(),
        Query::Elsewhere { task: 99 }
    );
    node.stop();
    node.stop();
    world.check();
}

#[test]
fn a_second_node_takes_the_work_over_and_the_first_one_stops_in_order() {
    let world = World::new();
    let one = start(&world, "one");
    one.propose(&[0]);
    eventually("the first node runs the task", || one.status().values().all(is_running));
    world.place("o-1");
    eventually("the order is under way", || !world.obey().is_empty());
    let two = start(&world, "two");
    one.withdraw(&[0]);
    two.propose(&[0]);
    eventually("the second node runs the task", || {
        two.status().values().all(is_running)
    });
    assert_eq!(one.status()[&0], Status::Idle);
    one.stop();
    eventually("the order is shipped", || {
        world.obey();
        world.last("o-1") == "SagaCompleted"
    });
    two.stop();
    world.check();
}
