//! Scenarios: what came from outside is written down, and played again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use rdkafka::{Message, message::OwnedMessage};

use crate::{
    ground::{Sandbox, get, palinode, until},
    records::{commands, header, key, producer, records, write_again},
};

const RULES: &str = "
seed: 11
commands:
  shop.payments.ReservePayment: { failures: 0.3, duplicates: 0.3, latency: { min: 20ms, max: 900ms } }
  shop.warehouse.PickItems: { failures: 0.2, reorder: 0.3, latency: { min: 20ms, max: 900ms } }
  shop.warehouse.StartFulfilment: { outages: [{ from: 3s, for: 2s }] }
";

/// How each saga ended, by its key, and what it had asked for.
type Story = BTreeMap<String, (String, BTreeSet<String>)>;

/// The story of a sandbox whose sagas have all ended.
fn story(sandbox: &Sandbox, sagas: usize) -> Story {
    until(&format!("{sagas} sagas have ended"), || {
        let status = sandbox.status()["sagas"].clone();
        let ended = ["completed", "compensated"].map(|end| status[end].as_u64().unwrap_or_default());
        let all = ended.iter().sum::<u64>() == sagas as u64;
        all.then_some(()).ok_or_else(|| status.to_string())
    });
    let commands = commands(sandbox);
    let end = |key: &str| get(&format!("{}/sagas/order-fulfilment/{key}", sandbox.orchestrator))["status"].to_string();
    commands
        .into_iter()
        .map(|(key, commands)| (key.clone(), (end(&key), commands)))
        .collect()
}

#[test]
fn a_scenario_that_is_played_again_gives_the_same_commands_and_the_same_ends() {
    // Given a sandbox whose stubs refuse, repeat, delay and are out at times
    let folder = tempfile::tempdir().unwrap();
    let (rules, recorded) = (folder.path().join("rules.yaml"), folder.path().join("recorded.jsonl"));
    fs::write(&rules, RULES).unwrap();
    let path = recorded.to_str().unwrap();
    let mut sandbox = Sandbox::start_with(&["--rules", rules.to_str().unwrap(), "--record", path]);
    // And sagas that are started by it, a record of a client, a fault that is switched, and a leap of time
    sandbox.run(&["send", "order-fulfilment", "--count", "12"]);
    let start = records(&sandbox, "orders.events").remove(0);
    write_again(&producer(&sandbox), &start, Some("from-outside"));
    sandbox.run(&["stub", "CreateShipment", "--outage"]);
    sandbox.run(&[
        "send",
        "order-fulfilment",
        "--count",
        "6",
        "--key",
        "late",
        "--field",
        "total_minor=4200",
    ]);
    until("shipments wait", || {
        let waiting = sandbox.stub("shop.shipments.CreateShipment", "waiting");
        (waiting > Some(5)).then_some(()).ok_or_else(|| format!("{waiting:?}"))
    });
    sandbox.run(&["stub", "CreateShipment", "--back"]);
    let told = story(&sandbox, 19);
    sandbox.run(&["clock", "+2d"]);
    sandbox.end();

    // When what was recorded is played twice
    let first = Sandbox::start_with(&["--replay", path]);
    let second = Sandbox::start_with(&["--replay", path]);

    // Then the sagas ask for the same and end alike
    let (first_told, second_told) = (story(&first, 19), story(&second, 19));
    assert_eq!(first_told, second_told);
    assert_eq!(first_told, told);
    let ends: Vec<&str> = told.values().map(|(end, _)| end.as_str()).collect();
    assert!(
        ends.contains(&"\"completed\"") && ends.contains(&"\"compensated\""),
        "{ends:?}"
    );
    // And the record of the client is there again, marked as test data
    let outside = records(&first, "orders.events")
        .into_iter()
        .find(|record| key(record) == "from-outside");
    let value = |record: &OwnedMessage| record.payload().map(<[u8]>::to_vec);
    assert_eq!(outside.as_ref().and_then(value), value(&start));
    assert_eq!(
        outside.and_then(|record| header(&record, "palinode-sandbox")),
        Some("true".into())
    );
}

#[test]
fn a_scenario_of_hours_is_played_in_seconds() {
    // Given a scenario written by hand: a payment that is out for three hours, and a second try after that
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.jsonl");
    let lines = [
        r#"{"scenario":1,"began":"2026-01-01T00:00:00Z","partitions":3,"definitions":["order-fulfilment"],"rules":{}}"#,
        r#"{"at":"1s","stub":{"command":"ReservePayment","outage":true}}"#,
        r#"{"at":"2s","send":{"definition":"order-fulfilment","key":"o-1"}}"#,
        r#"{"at":"3h","stub":{"command":"ReservePayment","outage":false}}"#,
        r#"{"at":"4h","end":{}}"#,
    ];
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let ports = [
        "--port",
        "0",
        "--registry-port",
        "0",
        "--http-port",
        "0",
        "--control-port",
        "0",
    ];

    let output = palinode(&[
        "sandbox",
        "--definition",
        "sagas/order-fulfilment.yaml",
        "--end-after-replay",
    ])
    .args(ports)
    .args(["--replay", path.to_str().unwrap()])
    .output()
    .unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The payment was exhausted and the saga suspended; the late success resumed it.
    assert!(told.contains("4 events in 4h"), "{told}");
    assert!(told.contains("1 sent, 0 open, 1 completed"), "{told}");
    assert!(told.contains("2026-01-01T04:00:"), "{told}");
}

#[test]
fn the_scenario_of_a_running_sandbox_is_printed() {
    let sandbox = Sandbox::start();
    sandbox.run(&["send", "order-fulfilment", "--key", "o-1"]);
    sandbox.run(&["clock", "+1h"]);

    let told = sandbox.run(&["scenario"]);

    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 4, "{told}");
    assert!(
        lines[1].contains(r#""send":{"definition":"order-fulfilment","key":"o-1"}"#),
        "{told}"
    );
    assert!(lines[2].contains(r#""clock":"1h""#), "{told}");
}
