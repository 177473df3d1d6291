//! Whatever stands on an input, what follows it is processed.

use palinode_core::SchemaId;
use palinode_engine::cycle::{SchemaAnswer, Signal};
use palinode_log::Header;
use palinode_store::memory::MemoryStores;
use palinode_wire::headers;

use crate::support::{World, encode, header_of};

const TOPICS: [&str; 6] = [
    "orders.events",
    "orders.requests",
    "payments.events",
    "warehouse.events",
    "shipments.events",
    "palinode.inbox",
];

#[test]
fn garbage_of_every_kind_lets_an_order_through() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize
    };
    let records: Vec<String> = world
        .schemas
        .ids()
        .iter()
        .map(|id| world.schemas.record_name(*id).unwrap().to_string())
        .filter(|name| name.starts_with("shop."))
        .collect();
    for number in 0..600 {
        let record = &records[random() % records.len()];
        let mut value = encode(&world.schemas, record, &[]).to_vec();
        match random() % 4 {
            0 => value.truncate(random() % (value.len() + 1)),
            1 => {
                let at = random() % value.len();
                value[at] = random() as u8;
            }
            _ => {}
        }
        let mut more = Vec::new();
        if random() % 3 == 0 {
            let keys = [
                "order-fulfilment/o-1/payment/forward/9",
                "x/y/z/forward/1",
                "//",
                "order-fulfilment/%/stock/compensation/1",
            ];
            more.push(Header {
                name: headers::IDEMPOTENCY_KEY.into(),
                value: keys[random() % 4].as_bytes().into(),
            });
        }
        let key = [&b"o-2"[..], b"", &[0xff], b"o-3"][random() % 4];
        world.send_bytes(TOPICS[random() % 6], Some(0), key, value, more);
        if number % 50 == 0 {
            task.run();
            task.registry_answers();
        }
    }
    world.place("o-1");
    // Each schema id that nobody knows holds its partition up for a few seconds.
    for _ in 0..200 {
        task.pass(std::time::Duration::from_millis(1_100));
        task.registry_answers();
        world.obey();
    }
    assert!(
        world.story("o-1").contains(&"StepSucceeded packing".to_owned()),
        "{:?}",
        world.story("o-1")
    );
    task.ends_as_replayed();
}

#[test]
fn a_schema_that_is_no_record_is_foreign() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let mut value = Vec::new();
    palinode_wire::frame::write_header(&mut value, SchemaId(9_000));
    value.extend_from_slice(&[2, b'x']);
    world.send_bytes("orders.events", Some(0), b"o-1", value, vec![]);
    world.place("o-1");
    task.run();
    assert_eq!(task.asked, [SchemaId(9_000)]);
    task.asked.clear();
    task.tell(Signal::Schema(
        SchemaId(9_000),
        SchemaAnswer::Known("\"string\"".into()),
    ));
    task.run();
    assert_eq!(task.asked, []);
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    task.ends_as_replayed();
}

#[test]
fn a_dead_letter_that_is_too_large_goes_without_its_value_and_headers() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.broker.set_record_bytes_max("palinode.dead-letters", 400);
    let long = Header {
        name: "x-long".into(),
        value: vec![b'h'; 900].into(),
    };
    let input = world.send_bytes("orders.events", Some(0), &[b'k'; 900], vec![b'v'; 900], vec![long]);
    world.place("o-1");
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1", "{:?}", task.status());
    let letter = world.broker.read("palinode.dead-letters").remove(0);
    assert_eq!(header_of(&letter, headers::DEAD_LETTER_ID), Some(input));
    assert!(header_of(&letter, "x-long").is_none());
    task.ends_as_replayed();
}

#[test]
fn poison_that_nothing_follows_is_a_dead_letter_once_whoever_owns_the_task() {
    let world = World::new();
    let mut one = world.task();
    one.take_over();
    let input = world.send_bytes("payments.events", None, b"o-1", &b"{}"[..], vec![]);
    one.run();
    let letters = || {
        let letters = world.broker.read("palinode.dead-letters");
        letters
            .iter()
            .filter_map(|letter| header_of(letter, headers::DEAD_LETTER_ID))
            .collect::<Vec<_>>()
    };
    assert_eq!(letters(), [input.as_str()]);
    one.crash();
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.take_over();
    assert_eq!(letters(), [input.as_str()]);
    assert_eq!(world.positions()[&("payments.events".to_owned(), 0)], 1);
    two.ends_as_replayed();
}
