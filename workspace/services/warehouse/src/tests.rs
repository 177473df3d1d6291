//! The business without Kafka.

use std::sync::Arc;

use palinode_participant::{
    Behaviour, Codec, Composer, Handler, KafkaSettings, LocalSchemas, OutMessage, Record, ServiceSettings, Switched,
    Switches,
    testing::{self, Rig},
};
use proptest::prelude::*;

use super::*;

type WarehouseRig = Rig<Switched<Warehouse>>;

/// Two pickers who need 100 ms an order; ten books, ten lamps, ten pianos that fit no parcel.
fn rig() -> (WarehouseRig, Pace, Switches) {
    let kafka = KafkaSettings {
        bootstrap_servers: String::new(),
        topic_prefix: String::new(),
    };
    let stock = [("book", 10), ("lamp", 10), ("unpackable-piano", 10)].map(|(sku, pieces)| (sku.to_owned(), pieces));
    let settings = Settings {
        stock: stock.into(),
        ..Settings::new(ServiceSettings::new("warehouse", kafka, &[Settings::COMMANDS]))
    };
    let (pace, switches) = (Pace::new(2, 100), Switches::default());
    let rig = Rig::new(|composer, database| {
        let warehouse = Warehouse::new(&settings, pace.clone(), composer.clone(), database)?;
        Ok(Switched::new(warehouse, switches.clone()))
    })
    .unwrap();
    (rig, pace, switches)
}

fn key(order: &str, step: &str, purpose: &str, round: u32) -> String {
    format!("order-fulfilment/{order}/{step}/{purpose}/{round}")
}

fn items(items: &[(&str, i32)]) -> Vec<StockItem> {
    items
        .iter()
        .map(|(sku, quantity)| StockItem {
            sku: (*sku).into(),
            quantity: *quantity,
        })
        .collect()
}

fn pick(rig: &mut WarehouseRig, order: &str, round: u32, wanted: &[(&str, i32)]) -> Vec<OutMessage> {
    let command = PickItems {
        order_id: order.into(),
        items: items(wanted),
    };
    rig.ask(&key(order, "stock", "forward", round), &command).unwrap()
}

fn release(rig: &mut WarehouseRig, order: &str, round: u32) -> Vec<OutMessage> {
    rig.ask(
        &key(order, "stock", "compensation", round),
        &ReleaseStock { order_id: order.into() },
    )
    .unwrap()
}

fn pack(rig: &mut WarehouseRig, order: &str, round: u32) -> Vec<OutMessage> {
    rig.ask(
        &key(order, "packing", "forward", round),
        &StartFulfilment { order_id: order.into() },
    )
    .unwrap()
}

fn unpack(rig: &mut WarehouseRig, order: &str, round: u32) -> Vec<OutMessage> {
    rig.ask(
        &key(order, "packing", "compensation", round),
        &UnpackOrder { order_id: order.into() },
    )
    .unwrap()
}

fn later(rig: &mut WarehouseRig, millis: i64) -> Vec<OutMessage> {
    rig.now.0 += millis;
    rig.hand_in(&[]).unwrap().1
}

fn only<T: Record>(rig: &WarehouseRig, messages: &[OutMessage]) -> T {
    assert_eq!(messages.len(), 1, "one message is expected: {messages:?}");
    rig.read(&messages[0]).expect("the expected record")
}

/// Free and reserved pieces of all articles.
fn pieces(rig: &WarehouseRig) -> (i64, i64) {
    let sums = "SELECT sum(on_hand - reserved), sum(reserved) FROM stock";
    rig.database
        .read(|connection| connection.query_row(sums, (), |row| Ok((row.get(0)?, row.get(1)?))))
        .unwrap()
}

#[test]
fn the_first_stock_is_told_once() {
    let (rig, _, _) = rig();
    let told: Vec<StockReceived> = rig
        .published()
        .unwrap()
        .iter()
        .filter_map(|message| rig.read(message))
        .collect();
    assert_eq!(told.len(), 3);
    assert_eq!(
        told[0],
        StockReceived {
            sku: "book".into(),
            quantity: 10
        }
    );
}

#[test]
fn items_are_reserved_once_and_released_once() {
    let (mut rig, _, _) = rig();
    rig.published().unwrap();
    let first = pick(&mut rig, "7", 1, &[("lamp", 1), ("book", 2), ("lamp", 3)]);
    assert_eq!(
        only::<StockReserved>(&rig, &first).items,
        items(&[("book", 2), ("lamp", 4)])
    );
    assert_eq!(pieces(&rig), (24, 6));
    let (again, next) = (
        pick(&mut rig, "7", 1, &[("book", 2)]),
        pick(&mut rig, "7", 2, &[("book", 2)]),
    );
    assert_eq!(again[0].value, first[0].value);
    assert_eq!(next[0].value, first[0].value, "what an earlier round did is the answer");
    assert_eq!(pieces(&rig), (24, 6));
    let released = release(&mut rig, "7", 1);
    assert_eq!(
        only::<StockReleased>(&rig, &released).items,
        items(&[("book", 2), ("lamp", 4)])
    );
    let nothing = release(&mut rig, "7", 2);
    assert_eq!(only::<StockReleased>(&rig, &nothing).items, []);
    assert_eq!(pieces(&rig), (30, 0));
}

#[test]
fn missing_stock_is_refused_whole() {
    let (mut rig, _, _) = rig();
    rig.published().unwrap();
    for (order, wanted, code) in [
        ("1", &[("book", 1), ("lamp", 11)][..], "OUT_OF_STOCK"),
        ("2", &[("sofa", 1)], "OUT_OF_STOCK"),
        ("3", &[], "INVALID_COMMAND"),
        ("4", &[("book", 0)], "INVALID_COMMAND"),
        ("5", &[("book", i32::MAX), ("book", 1)], "INVALID_COMMAND"),
    ] {
        let refused = pick(&mut rig, order, 1, wanted);
        assert_eq!(only::<StockUnavailable>(&rig, &refused).code, code, "{order}");
    }
    assert_eq!(pieces(&rig), (30, 0));
}

#[test]
fn a_release_before_the_reservation_bars_it() {
    let (mut rig, _, _) = rig();
    rig.published().unwrap();
    release(&mut rig, "7", 1);
    let refused = pick(&mut rig, "7", 1, &[("book", 1)]);
    assert_eq!(only::<StockUnavailable>(&rig, &refused).code, "BARRED");
    unpack(&mut rig, "7", 1);
    let refused = pack(&mut rig, "7", 1);
    assert_eq!(only::<PackingFailed>(&rig, &refused).code, "BARRED");
}

#[test]
fn orders_wait_for_a_picker_and_are_packed_in_turn() {
    let (mut rig, _, _) = rig();
    for order in ["1", "2", "3"] {
        pick(&mut rig, order, 1, &[("book", 1)]);
        assert_eq!(pack(&mut rig, order, 1), [], "{order} waits");
        assert_eq!(pack(&mut rig, order, 1), [], "and its repeat with it");
    }
    let queue = rig.database.read(packing::queue).unwrap();
    assert_eq!(queue, packing::Queue { depth: 1, picking: 2 });
    let packed = later(&mut rig, 100);
    let orders: Vec<_> = packed
        .iter()
        .map(|message| rig.read::<OrderReadyForShipment>(message).unwrap().order_id)
        .collect();
    assert_eq!(orders, ["1", "2"]);
    let packed = later(&mut rig, 100);
    assert_eq!(
        only::<OrderReadyForShipment>(&rig, &packed),
        OrderReadyForShipment {
            order_id: "3".into(),
            parcels: 1
        }
    );
    let repeated = pack(&mut rig, "3", 1);
    assert_eq!(repeated, packed, "the answer stays");
    let next = pack(&mut rig, "3", 2);
    assert_eq!(next[0].value, packed[0].value, "and is the answer of a later round");
}

#[test]
fn an_order_that_waits_can_be_taken_back() {
    let (mut rig, _, _) = rig();
    for order in ["1", "2", "3"] {
        pick(&mut rig, order, 1, &[("book", 1)]);
        pack(&mut rig, order, 1);
    }
    for order in ["1", "3"] {
        let undone = unpack(&mut rig, order, 1);
        assert_eq!(only::<OrderUnpacked>(&rig, &undone).order_id, order);
    }
    let packed = later(&mut rig, 1_000);
    assert_eq!(only::<OrderReadyForShipment>(&rig, &packed).order_id, "2");
    let refused = pack(&mut rig, "3", 1);
    assert_eq!(
        only::<PackingFailed>(&rig, &refused).code,
        "BARRED",
        "a late repeat is refused"
    );
}

#[test]
fn what_fits_no_parcel_or_is_not_reserved_is_not_packed() {
    let (mut rig, _, _) = rig();
    pick(&mut rig, "1", 1, &[("unpackable-piano", 1)]);
    pack(&mut rig, "1", 1);
    let failed = later(&mut rig, 100);
    assert_eq!(only::<PackingFailed>(&rig, &failed).code, "UNPACKABLE");
    let failed = pack(&mut rig, "2", 1);
    assert_eq!(only::<PackingFailed>(&rig, &failed).code, "NOTHING_RESERVED");
}

#[test]
fn a_warehouse_without_pickers_packs_when_some_come() {
    let (mut rig, pace, _) = rig();
    pace.set(0, 100);
    pick(&mut rig, "1", 1, &[("book", 1)]);
    pack(&mut rig, "1", 1);
    assert_eq!(later(&mut rig, 60_000), []);
    assert!(rig.next_deadline().is_some(), "it looks again by itself");
    pace.set(1, 0);
    let packed = later(&mut rig, 100);
    assert_eq!(only::<OrderReadyForShipment>(&rig, &packed).order_id, "1");
}

#[test]
fn a_warehouse_that_starts_again_packs_what_waits_without_being_asked() {
    let (mut rig, pace, _) = rig();
    pace.set(0, 100);
    pick(&mut rig, "7", 1, &[("book", 1)]);
    pack(&mut rig, "7", 1);
    let kafka = KafkaSettings {
        bootstrap_servers: String::new(),
        topic_prefix: String::new(),
    };
    let settings = Settings::new(ServiceSettings::new("warehouse", kafka, &[Settings::COMMANDS]));
    let composer = Composer::new("warehouse", Codec::new(Arc::new(LocalSchemas::default())));
    let mut again = Warehouse::new(&settings, Pace::new(2, 100), composer, &rig.database).unwrap();
    rig.database.transaction(|tx| again.on_start(rig.now, tx)).unwrap();
    assert_eq!(again.next_deadline(), Some(rig.now));
}

#[test]
fn a_warehouse_that_is_down_reserves_nothing() {
    let (mut rig, _, switches) = rig();
    rig.published().unwrap();
    switches.set(Behaviour {
        down: true,
        ..Behaviour::default()
    });
    assert_eq!(pick(&mut rig, "1", 1, &[("book", 1)]), []);
    assert_eq!(pieces(&rig), (30, 0));
}

#[test]
fn stock_queue_and_pace_are_reached_by_http() {
    let (mut rig, pace, _) = rig();
    rig.published().unwrap();
    let stop = palinode_participant::Stop::new();
    let routes = http::routes(rig.database.clone(), rig.composer().clone(), pace.clone());
    let served = palinode_participant::Http::serve("warehouse", "127.0.0.1:0", routes, stop.clone()).unwrap();
    let ask = |method, path, body| testing::ask_http(served.address(), method, path, body).unwrap();
    assert_eq!(ask("POST", "/stock", r#"{"sku":"book","quantity":5}"#).0, 201);
    assert_eq!(ask("POST", "/stock", r#"{"sku":"book","quantity":0}"#).0, 422);
    let told = rig.published().unwrap();
    assert_eq!(only::<StockReceived>(&rig, &told).quantity, 5);
    assert_eq!(told[0].id(), Some("warehouse/stock-received/book/2"));
    let stock = r#"{"sku":"book","on_hand":15,"reserved":0,"receipts":2}"#;
    assert_eq!(ask("GET", "/stock/book", ""), (200, stock.into()));
    assert_eq!(ask("GET", "/stock/sofa", "").0, 404);
    pick(&mut rig, "1", 1, &[("book", 1)]);
    pack(&mut rig, "1", 1);
    assert_eq!(
        ask("GET", "/queue", ""),
        (200, r#"{"depth":0,"picking":1,"pickers":2}"#.into())
    );
    assert_eq!(ask("PUT", "/pace", r#"{"pickers":3,"packing_millis":1}"#).0, 200);
    assert_eq!((pace.pickers(), pace.packing().as_millis()), (3, 1));
    stop.request();
    served.join();
}

#[derive(Clone, Debug)]
enum Ask {
    Pick { order: u8, round: u32, quantity: i32 },
    Release { order: u8, round: u32 },
    Pack { order: u8, round: u32 },
    Unpack { order: u8, round: u32 },
    Wait { millis: i64 },
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let (order, round) = (0..5u8, 1..3u32);
    let ask = prop_oneof![
        (order.clone(), round.clone(), 0..5i32).prop_map(|(order, round, quantity)| Ask::Pick {
            order,
            round,
            quantity
        }),
        (order.clone(), round.clone()).prop_map(|(order, round)| Ask::Release { order, round }),
        (order.clone(), round.clone()).prop_map(|(order, round)| Ask::Pack { order, round }),
        (order, round).prop_map(|(order, round)| Ask::Unpack { order, round }),
        (0..200i64).prop_map(|millis| Ask::Wait { millis }),
    ];
    proptest::collection::vec(ask, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked in whatever order and however often: no piece is made or lost, what is reserved is what
    /// sagas hold, a request always gets the same answer, and never more orders are packed at once than there are
    /// pickers.
    #[test]
    fn stock_is_conserved_and_answers_stay(asks in asks()) {
        let (mut rig, _, _) = rig();
        rig.published().unwrap();
        let mut answers = std::collections::BTreeMap::new();
        for ask in asks {
            let order = |order: u8| order.to_string();
            let messages = match ask {
                Ask::Pick { order: of, round, quantity } => {
                    pick(&mut rig, &order(of), round, &[("book", quantity), ("lamp", 1)])
                }
                Ask::Release { order: of, round } => release(&mut rig, &order(of), round),
                Ask::Pack { order: of, round } => pack(&mut rig, &order(of), round),
                Ask::Unpack { order: of, round } => unpack(&mut rig, &order(of), round),
                Ask::Wait { millis } => later(&mut rig, millis),
            };
            let (free, reserved) = pieces(&rig);
            let held: i64 = rig.database.read(|connection| {
                connection.query_row("SELECT coalesce(sum(quantity), 0) FROM reservations", (), |row| row.get(0))
            }).unwrap();
            prop_assert_eq!((free + reserved, reserved), (30, held));
            prop_assert!(rig.database.read(packing::queue).unwrap().picking <= 2);
            for message in messages {
                let request = message.header("idempotency-key").unwrap().to_owned();
                prop_assert_eq!(answers.entry(request).or_insert_with(|| message.clone()), &message);
            }
        }
    }
}
