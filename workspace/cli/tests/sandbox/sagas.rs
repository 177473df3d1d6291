//! Sagas of a sandbox: stubs, faults and time.

use std::thread;

use crate::ground::{LOOK, Sandbox, get, palinode, until};

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
fn another_broker_is_not_talked_to_by_a_slip() {
    let output = palinode(&["sandbox", "--bootstrap", "kafka:9092"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--yes-this-is-not-production"));
}
