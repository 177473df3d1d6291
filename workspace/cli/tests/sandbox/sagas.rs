//! Sagas of a sandbox: stubs, faults and time.

use std::thread;

use crate::{
    ground::{LOOK, Sandbox, get, palinode, until},
    records::{answer, header, key, producer, records},
};

#[test]
fn twenty_sagas_complete_and_the_sandbox_ends_in_order() {
    let mut sandbox = Sandbox::start();

    let keys = sandbox.run(&["send", "order-fulfilment", "--count", "20"]);
    sandbox.ends(20, 0);

    assert!(keys.contains("20 in all"), "{keys}");
    let told = sandbox.run(&["status"]);
    assert!(told.contains("20 sent, 0 open, 20 completed"), "{told}");

    sandbox.end();
}

#[test]
fn what_the_warehouse_refuses_is_taken_back() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "PickItems", "--failures", "1.0"]);
    sandbox.run(&["stub", "ReservePayment", "--duplicates", "1.0"]);

    sandbox.run(&["send", "order-fulfilment", "--count", "20"]);

    sandbox.ends(0, 20);
    let refused = &sandbox.status()["stubs"]["shop.warehouse.PickItems"]["failed"];
    assert_eq!(refused.as_u64(), Some(20));
}

#[test]
fn a_leap_of_three_days_passes_the_deadline_of_a_suspended_saga() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "ReservePayment", "--outage"]);
    sandbox.run(&["send", "order-fulfilment", "--key", "o-1"]);
    // The stock is reserved at once; then time-outs and pauses of the payment pass until no attempt is left.
    until("the stock is reserved", || {
        let stock = &sandbox.status()["stubs"]["shop.warehouse.PickItems"]["succeeded"];
        (stock.as_u64() == Some(1))
            .then_some(())
            .ok_or_else(|| stock.to_string())
    });
    let url = format!("{}/sagas/order-fulfilment/o-1", sandbox.orchestrator);
    until("suspended", || {
        let saga = get(&url);
        if saga["status"] == "suspended" {
            return Ok(());
        }
        sandbox.run(&["clock", "+6s"]);
        thread::sleep(LOOK * 10);
        Err(saga.to_string())
    });

    sandbox.run(&["clock", "+3d"]);

    sandbox.ends(0, 1);
    let status = sandbox.status();
    assert_eq!(
        status["tasks"],
        serde_json::json!([3, 3]),
        "no task was lost in the leap"
    );
    assert!(status["moved_seconds"].as_u64() >= Some(3 * 24 * 3600));
}

#[test]
fn an_outage_holds_sagas_until_the_stub_is_back() {
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "StartFulfilment", "--outage"]);
    sandbox.run(&["send", "order-fulfilment", "--count", "5", "--key", "o"]);
    until("five commands wait", || {
        let waiting = &sandbox.status()["stubs"]["shop.warehouse.StartFulfilment"]["waiting"];
        (waiting.as_u64() >= Some(5))
            .then_some(())
            .ok_or_else(|| waiting.to_string())
    });
    assert_eq!(sandbox.status()["sagas"]["completed"], 0);
    sandbox.stands("o-1", "running");

    sandbox.run(&["stub", "StartFulfilment", "--back"]);

    sandbox.ends(5, 0);
}

#[test]
fn a_real_service_takes_the_place_of_a_stub_and_gives_it_back() {
    // Given a saga that stubs have carried, and a stub that is switched off
    let sandbox = Sandbox::start();
    sandbox.run(&["send", "order-fulfilment", "--key", "o-1"]);
    sandbox.ends(1, 0);
    sandbox.run(&["stub", "CreateShipment", "--off"]);
    // When another saga comes to its command
    sandbox.run(&["send", "order-fulfilment", "--key", "o-2"]);
    let mut command = None;
    until("the shipment of o-2 is asked for", || {
        command = records(&sandbox, "shipments.commands")
            .into_iter()
            .find(|record| key(record) == "o-2");
        command.as_ref().map(|_| ()).ok_or_else(|| "no command".into())
    });
    let command = command.unwrap();
    // Then it goes on when the service has answered, and the stub has not
    sandbox.stands("o-2", "running");
    let reply = records(&sandbox, "shipments.events").remove(0);
    assert_eq!(
        header(&reply, "palinode-sandbox").as_deref(),
        Some("true"),
        "test data is marked"
    );
    answer(&producer(&sandbox), &command, &reply);
    sandbox.ends(2, 0);
    assert_eq!(sandbox.stub("shop.shipments.CreateShipment", "succeeded"), Some(1));
    // And the stub answers again when it is switched on
    sandbox.run(&["stub", "CreateShipment", "--on"]);
    sandbox.run(&["send", "order-fulfilment", "--key", "o-3"]);
    sandbox.ends(3, 0);
}

#[test]
fn another_broker_is_not_talked_to_by_a_slip() {
    let output = palinode(&["sandbox", "--bootstrap", "kafka:9092"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--yes-this-is-not-production"));
}

/// Trips with three hotels each, one in five of which has no room; nobody has to approve them.
const TRIPS: &str = "
commands:
  travel.FixPrice: { success: { price_minor: 1000 } }
  travel.BookHotel: { failures: 0.2 }
";
const STAYS: &str = "stays=[{\"hotel\": \"a\", \"arrival\": 1, \"nights\": 1}, {\"hotel\": \"b\", \"arrival\": 2, \"nights\": 2}, \
                     {\"hotel\": \"c\", \"arrival\": 3, \"nights\": 3}]";

#[test]
fn every_item_of_a_step_has_its_stub_and_is_taken_back_by_one() {
    // Given a definition with a step for each item, and hotels without room
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.yaml");
    std::fs::write(&rules, TRIPS).unwrap();
    let rules = rules.display().to_string();
    let more = ["--schemas", "examples/schemas", "--rules", &rules];
    let sandbox = Sandbox::of("examples/travel-booking.yaml", &more);
    let number = |command: &str, number: &str| sandbox.stub(command, number).unwrap();
    // When twenty trips are wanted
    sandbox.run(&["send", "travel-booking", "--count", "20", "--field", STAYS]);
    // Then each is paid or taken back
    let compensated = || sandbox.status()["sagas"]["compensated"].as_u64().unwrap();
    until("twenty trips have gone one way or the other", || {
        let (paid, back) = (number("travel.ChargeTraveller", "succeeded"), compensated());
        (paid + back == 20)
            .then_some(())
            .ok_or_else(|| format!("{paid} paid, {back} taken back"))
    });
    // And every hotel is asked for, and cancelled when it was booked for a trip that is taken back
    let (booked, refused) = (
        number("travel.BookHotel", "succeeded"),
        number("travel.BookHotel", "failed"),
    );
    assert_eq!(booked + refused, 60, "three hotels a trip");
    assert!(
        compensated() > 0 && compensated() < 20,
        "{refused} of 60 hotels have no room"
    );
    let kept = 3 * (20 - compensated());
    assert_eq!(number("travel.CancelHotel", "succeeded"), booked - kept);
}
