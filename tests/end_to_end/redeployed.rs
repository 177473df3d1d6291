//! A new version is published while orders are under way.

use std::{fs, process::Command};

use crate::support::{Audit, Ground, Run, Wanted, World, eventually};

const NAME: &str = "a version that is published while an order is under way is followed by new orders only";

const DEFINITION: &str = "order-fulfilment";

/// Plays the scenario, in a shop of its own.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[NAME]) {
        return;
    }
    let world = World::start(ground, "redeployed", |settings| settings.partitions = 4);
    run.alone(NAME, || published(&world));
    run.always("redeployed: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn published(world: &World<'_>) {
    let folder = tempfile::tempdir().expect("a folder");
    let next = folder.path().join("next.yaml");
    let text = include_str!("../../sagas/order-fulfilment.yaml");
    let changed = text.replacen("timeout: 2m", "timeout: 3m", 1);
    let write = |text: &str| fs::write(&next, text).expect("a file");
    let publish = || definitions(world, &["publish", next.to_str().expect("a path")]);

    world.halt_packing();
    let old = world.place(&Wanted::by("ada"));
    eventually("the order waits for a picker", || {
        (world.waiting_for_a_picker() == 1).then_some(())
    });
    write(&changed);
    let (code, said) = publish();
    assert!(
        code == 1 && said.contains("published already, with another text"),
        "{code}: {said}"
    );
    write(&changed.replacen("version: 1", "version: 2", 1));
    let (code, said) = publish();
    assert!(
        code == 0 && said.contains("order-fulfilment version 2"),
        "{code}: {said}"
    );
    assert_eq!(publish().0, 0, "the same once more does no harm");

    let mut placed = Vec::new();
    let new = eventually("new orders follow the new version", || {
        let order = world.place(&Wanted::by("ben"));
        let version = eventually("the order is known", || {
            world.journal(&order).first().map(|event| event.version)
        });
        placed.push(order.clone());
        (version == 2).then_some(order)
    });
    let (code, said) = definitions(world, &["retire", DEFINITION, "1"]);
    assert!(
        code == 1 && said.contains("so that it is not retired"),
        "{code}: {said}"
    );

    world.pack_slowly();
    for order in placed.iter().chain([&old]) {
        world.await_status(order, "completed");
    }
    let versions = |order: &str| {
        let mut versions: Vec<u32> = world.journal(order).iter().map(|event| event.version).collect();
        versions.dedup();
        versions
    };
    assert_eq!((versions(&old), versions(&new)), (vec![1], vec![2]));
    let (code, said) = definitions(world, &["retire", DEFINITION, "1"]);
    assert!(code == 0 && said.contains("is retired"), "{code}: {said}");
    let (code, said) = definitions(world, &["list"]);
    assert!(
        code == 0 && said.contains("new sagas follow it") && said.contains("retired"),
        "{code}: {said}"
    );
    let (code, said) = definitions(world, &["diff", "order-fulfilment@1", "order-fulfilment@2"]);
    assert!(
        code == 1 && said.contains("step 'stock': 'timeout' is 3m (was 2m)"),
        "{code}: {said}"
    );
}

/// Calls `palinode definitions`; gives its exit code and what it said.
fn definitions(world: &World<'_>, arguments: &[&str]) -> (i32, String) {
    let settings = world.settings();
    let output = Command::new(env!("CARGO_BIN_EXE_palinode"))
        .arg("definitions")
        .args(arguments)
        .args(["--bootstrap-servers", &settings.bootstrap_servers])
        .args(["--topic-prefix", &settings.topic_prefix])
        .args(["--registry", &settings.registry])
        .output()
        .expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code().unwrap_or(-1), said)
}
