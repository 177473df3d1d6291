//! An input on the wrong partition goes to its task by the inbox, once, and the log says how to mend it.

use std::{
    io,
    sync::{Arc, Mutex},
};

use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;
use palinode_wire::{headers, partition_of};

use crate::support::{Setup, World, encode, header_of, text};

fn key_of(task: i32) -> String {
    (0..)
        .map(|number| format!("o-{number}"))
        .find(|key| partition_of(key.as_bytes(), 2) == task)
        .unwrap()
}

#[test]
fn an_input_on_the_wrong_partition_reaches_its_saga() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    let mut one = world.task_of("one", 1, MemoryStores::default());
    zero.take_over();
    one.take_over();
    let key = key_of(1);
    let value = encode(&world.schemas, "shop.orders.OrderPlaced", &[("order_id", text(&key))]);
    let input = world.send_bytes("orders.events", Some(0), key.as_bytes(), value.clone(), vec![]);
    zero.run();
    let forwarded = world.broker.read("palinode.inbox");
    assert_eq!(forwarded.len(), 1);
    assert_eq!(forwarded[0].source.partition, 1);
    assert_eq!(forwarded[0].value.as_ref(), Some(&value));
    one.run();
    assert_eq!(world.last(&key), "StepRequested stock 1/1");
    assert_eq!(
        world.saga_events()[0].cause.as_str(),
        input,
        "the cause is where it stood first"
    );
    assert_eq!(world.ignored(), [""; 0]);
    zero.tell(Signal::Stop);
    one.ends_as_replayed();
}

#[test]
fn an_input_that_was_forwarded_to_the_wrong_task_is_a_dead_letter() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    zero.take_over();
    let key = key_of(1);
    let value = encode(&world.schemas, "shop.orders.OrderPlaced", &[("order_id", text(&key))]);
    let origin = palinode_wire::Origin {
        topic: "orders.events".into(),
        partition: 1,
        offset: 5,
    };
    let origin = origin.headers().map(|(name, value)| palinode_log::Header {
        name: name.into(),
        value,
    });
    world.send_bytes("palinode.inbox", Some(0), key.as_bytes(), value, origin.to_vec());
    zero.run();
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("FORWARDED_TWICE")
    );
    assert_eq!(
        header_of(&letters[0], headers::DEAD_LETTER_ID).as_deref(),
        Some("orders.events/1/5")
    );
    assert_eq!(world.story(&key), [""; 0]);
    zero.ends_as_replayed();
}

#[test]
fn a_reply_with_headers_goes_to_the_saga_that_they_name() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    let mut one = world.task_of("one", 1, MemoryStores::default());
    zero.take_over();
    one.take_over();
    let key = key_of(1);
    world.place(&key);
    one.run();
    // The participant writes its replies with a key of its own.
    let payment = world.commands().remove(0);
    let value = encode(&world.schemas, "shop.payments.PaymentSucceeded", &[]);
    world.send_bytes("payments.events", Some(0), b"reservation-17", value, payment.echo());
    zero.run();
    one.run();
    assert_eq!(world.last(&key), "StepSucceeded payment");
    zero.tell(Signal::Stop);
    one.ends_as_replayed();
}

/// What is logged while `run` runs, a line each.
fn logged(run: impl FnOnce()) -> Vec<String> {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn a_topic_whose_records_are_forwarded_is_named_once_in_the_log_with_the_fix() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    zero.take_over();
    let keys: Vec<String> = (0..)
        .map(|number| format!("o-{number}"))
        .filter(|key| partition_of(key.as_bytes(), 2) == 1)
        .take(3)
        .collect();
    let send = |topic, record, key: &str| {
        let value = encode(&world.schemas, record, &[("order_id", text(key))]);
        world.send_bytes(topic, Some(0), key.as_bytes(), value, vec![]);
    };
    let lines = logged(|| {
        for key in &keys {
            send("orders.events", "shop.orders.OrderPlaced", key);
            zero.run();
        }
        send("payments.events", "shop.payments.PaymentSucceeded", &keys[0]);
        send("payments.events", "shop.payments.PaymentSucceeded", &keys[1]);
        zero.run();
    });
    assert_eq!(world.broker.read("palinode.inbox").len(), 5, "all were forwarded");
    let told: Vec<_> = lines.iter().filter(|line| line.contains("are forwarded")).collect();
    assert_eq!(told.len(), 2, "{lines:#?}");
    for (line, topic) in told.iter().zip(["topic=orders.events", "topic=payments.events"]) {
        assert!(line.contains("WARN") && line.contains(topic), "{line}");
        assert!(line.contains("partitioner=murmur2_random"), "it names the fix: {line}");
    }
}

#[test]
fn an_input_that_nothing_follows_is_forwarded_once_whoever_owns_the_task() {
    let world = World::with(Setup {
        partitions: 2,
        ..Setup::default()
    });
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    zero.take_over();
    let key = key_of(1);
    let value = encode(&world.schemas, "shop.orders.OrderPlaced", &[("order_id", text(&key))]);
    world.send_bytes("orders.events", Some(0), key.as_bytes(), value, vec![]);
    zero.run();
    zero.crash();
    let mut again = world.task_of("two", 0, MemoryStores::default());
    again.take_over();
    assert_eq!(world.broker.read("palinode.inbox").len(), 1);
    again.ends_as_replayed();
}
