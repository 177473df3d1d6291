//! The state of a sandbox: kept over a restart, snapshotted, and put back.

use std::path::Path;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};

use crate::{
    ground::{LOOK, Sandbox, palinode, until},
    records::{member, place, producer, records, write_again},
};

const STOCK: &str = "shop.warehouse.PickItems";
const PACKING: &str = "shop.warehouse.StartFulfilment";

#[test]
fn a_sandbox_with_a_folder_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let mut first = Sandbox::start_with(&data);
    first.run(&["clock", "+1d"]);
    first.run(&["stub", "StartFulfilment", "--outage"]);
    first.run(&["send", "order-fulfilment", "--key", "o-1"]);
    first.stub_reaches(PACKING, "waiting", 1);
    first.end();

    let second = Sandbox::start_with(&data);

    second.stands("o-1", "running");
    assert_eq!(second.status()["moved_seconds"], 24 * 3600);
    assert_eq!(
        second.stub(PACKING, "waiting"),
        Some(1),
        "the outage and what waits for its end are kept"
    );
    second.run(&["stub", "StartFulfilment", "--back"]);
    second.ends(1, 0);
}

#[test]
fn a_repeated_request_is_answered_as_before_the_process_was_killed() {
    // Given a stock that was refused, and the compensation that followed
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let mut first = Sandbox::start_with(&data);
    first.run(&["stub", "PickItems", "--failures", "1"]);
    first.run(&["send", "order-fulfilment", "--key", "o-1"]);
    first.ends(0, 1);
    let asked = records(&first, "warehouse.commands");
    first.kill();

    // When stubs that refuse nothing any more are asked the same again, and something new
    let second = Sandbox::start_with(&data);
    second.run(&["stub", "PickItems", "--failures", "0"]);
    // What was read in the last second is read again, and counted once.
    second.stub_reaches(STOCK, "failed", 1);
    write_again(&producer(&second), &asked[0], None);
    second.run(&["send", "order-fulfilment", "--key", "o-2"]);

    // Then the repeated request is refused once more, and the new one is not
    second.stub_reaches(STOCK, "failed", 2);
    second.stub_reaches(STOCK, "succeeded", 1);
}

#[test]
fn a_snapshot_is_returned_to_again_and_again() {
    // Given five sagas that wait for a stub that is out, of which a snapshot is taken
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("waiting");
    let path = snapshot.to_str().unwrap();
    let sandbox = Sandbox::start();
    sandbox.run(&["stub", "StartFulfilment", "--outage"]);
    sandbox.run(&["send", "order-fulfilment", "--count", "5", "--key", "o"]);
    sandbox.stub_reaches(PACKING, "waiting", 5);
    sandbox.run(&["snapshot", path]);
    let taken_at = sandbox.status()["time"].as_str().unwrap().to_owned();

    // When they complete in one future
    sandbox.run(&["stub", "StartFulfilment", "--back"]);
    sandbox.ends(5, 0);
    sandbox.run(&["clock", "+3d"]);

    // And are refused in another one
    sandbox.run(&["restore", path]);
    let status = sandbox.status();
    assert_eq!(status["sagas"]["open"], 5);
    let time = status["time"].as_str().unwrap();
    assert_eq!(
        time[..10],
        taken_at[..10],
        "time goes on from when the snapshot was taken"
    );
    sandbox.run(&["stub", "StartFulfilment", "--back", "--failures", "1"]);
    sandbox.ends(0, 5);

    // Then another sandbox that begins there finds them as they were, too
    let other = Sandbox::start_with(&["--from", path]);
    other.stub_reaches(PACKING, "waiting", 5);
    other.run(&["stub", "StartFulfilment", "--back"]);
    other.ends(5, 0);
}

#[test]
fn a_sandbox_with_a_folder_is_put_back_as_well_and_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let (data, snapshot) = (folder.path().join("data"), folder.path().join("empty"));
    let (data, path) = (["--data", data.to_str().unwrap()], snapshot.to_str().unwrap());
    let mut first = Sandbox::start_with(&data);
    first.run(&["snapshot", path]);
    first.run(&["send", "order-fulfilment", "--key", "o-1"]);
    first.ends(1, 0);

    first.run(&["restore", path]);
    first.run(&["send", "order-fulfilment", "--count", "2"]);
    first.ends(2, 0);
    first.end();

    let second = Sandbox::start_with(&data);
    second.ends(2, 0);
    assert_eq!(
        records(&second, "palinode.outcomes").len(),
        2,
        "the saga of the other future is gone"
    );
}

#[test]
fn clients_that_stay_go_on_from_where_the_snapshot_was_taken() {
    // Given a service that has read and committed one outcome, and a snapshot of that
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("one");
    let path = snapshot.to_str().unwrap();
    let sandbox = Sandbox::start();
    let (service, writer) = (member(&sandbox, "palinode.outcomes"), producer(&sandbox));
    sandbox.run(&["send", "order-fulfilment", "--key", "o-1"]);
    let first = next(&service);
    let start = records(&sandbox, "orders.events").remove(0);
    sandbox.run(&["snapshot", path]);
    sandbox.run(&["send", "order-fulfilment", "--key", "o-2"]);
    assert_eq!(next(&service).0, "o-2");
    // And a client that has written
    write_again(&writer, &start, Some("o-3"));
    assert_eq!(next(&service).0, "o-3");

    // When the sandbox is put back, and others come and go on it
    sandbox.run(&["restore", path]);
    write_again(&producer(&sandbox), &start, Some("o-4"));

    // Then the service reads on behind what it had committed then
    assert_eq!(first.0, "o-1");
    let mut seen = Vec::new();
    while seen.last().is_none_or(|key| key != "o-4") {
        seen.push(next(&service).0);
    }
    assert!(seen.len() <= 2, "at most the first one is read twice: {seen:?}");
    // And the client goes on writing
    write_again(&writer, &start, Some("o-5"));
    assert_eq!(next(&service).0, "o-5");
}

#[test]
fn what_is_no_snapshot_is_refused_and_the_sandbox_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (snapshot, data) = (folder.path().join("snapshot"), folder.path().join("data"));
    let (path, data) = (snapshot.to_str().unwrap(), data.to_str().unwrap());
    let sandbox = Sandbox::start_with(&["--data", data]);
    sandbox.run(&["snapshot", path]);

    let told = sandbox.refuses(&["snapshot", path]);
    assert!(told.contains("name another folder"), "{told}");
    let told = sandbox.refuses(&["restore", folder.path().to_str().unwrap()]);
    assert!(told.contains("is no snapshot"), "{told}");
    let told = sandbox.refuses(&["restore", data]);
    assert!(told.contains("--data"), "{told}");
    let output = palinode(&["sandbox", "--from", path, "--partitions", "4"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("--partitions 3"));
    assert!(Path::new(path).join("sandbox.json").exists());

    sandbox.run(&["send", "order-fulfilment"]);
    sandbox.ends(1, 0);
}

/// The next record of a service, which it commits.
fn next(service: &BaseConsumer) -> (String, i32, i64) {
    let mut found = None;
    until("a record", || {
        match service.poll(LOOK) {
            Some(Ok(message)) => {
                found = Some(place(&message));
                // The group may be forming anew; the record then comes again.
                match service.commit_message(&message, CommitMode::Sync) {
                    Ok(()) => Ok(()),
                    Err(error) => Err(error.to_string()),
                }
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("none".into()),
        }
    });
    found.unwrap()
}
