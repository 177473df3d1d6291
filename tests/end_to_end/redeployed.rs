//! A new version is published while orders are under way.

use std::{fs, path::Path, process::Command};

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
    what_does_not_fit_is_refused(world, folder.path());

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

    eventually("all orders wait for a picker", || {
        (world.waiting_for_a_picker() > placed.len() as u64).then_some(())
    });
    moved_and_back(world, folder.path(), &old, placed.len());

    world.pack_slowly();
    for order in placed.iter().chain([&old]) {
        world.await_status(order, "completed");
    }
    assert_eq!((versions(world, &old), versions(world, &new)), (vec![1, 2, 1], vec![2]));
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

/// A definition that reads what a record does not have, or what its older version does not have.
const OTHER: &str = r#"
apiVersion: palinode/v1
saga: notes
version: 1
owner: order-team
startedBy: { event: shop.test.Noted, topic: orders.events }
deadline: 1h
steps:
  - id: refund
    command:
      topic: payments.commands
      message: shop.payments.RefundPayment
      fields: { order_id: "start.order_id", amount_minor: "1", currency: "start.currency" }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentRefunded }
    timeout: 30s
"#;

/// A definition is published when everything that it reads is registered, in every version that may still be written.
fn what_does_not_fit_is_refused(world: &World<'_>, folder: &Path) {
    let file = folder.join("notes.yaml");
    fs::write(&file, OTHER).expect("a file");
    let publish = || definitions(world, &["publish", file.to_str().expect("a path")]);
    let noted = |more: &str| {
        let fields = format!(r#"{{"name": "order_id", "type": "string"}}{more}"#);
        format!(r#"{{"type": "record", "name": "Noted", "namespace": "shop.test", "fields": [{fields}]}}"#)
    };
    let refused = |why: &str| {
        let (code, said) = publish();
        assert!(
            code == 1 && said.contains(why) && said.contains("nothing was published"),
            "{code}: {said}"
        );
    };

    refused("shop.test.Noted");
    world.register("shop.test.Noted", &noted(""));
    refused("currency");
    world.register(
        "shop.test.Noted",
        &noted(r#", {"name": "currency", "type": "string", "default": "EUR"}"#),
    );
    refused("version 1 of that subject does not fit");
}

/// Moves the orders of version 1, of which there are `count`, to version 2, and back.
fn moved_and_back(world: &World<'_>, folder: &Path, old: &str, count: usize) {
    let plan = folder.join("plan.txt");
    let text = "apiVersion: palinode/v1\nmigration: order-fulfilment\nfrom: 1\nto: 2\n";
    fs::write(&plan, text).expect("a file");
    let migrate = |more: &[&str]| {
        let plan = plan.to_str().expect("a path");
        definitions(world, &[&["migrate", "--plan", plan], more].concat())
    };
    let (code, said) = migrate(&["--dry-run"]);
    let can_move = format!("{count} can move to version 2, 0 stay");
    assert!(code == 0 && said.contains(&can_move), "{code}: {said}");
    assert_eq!(versions(world, old), [1], "a dry run does nothing");
    let (code, said) = migrate(&[]);
    let moved = format!("{count} moved, 0 did not any more, 0 have not answered yet");
    assert!(
        code == 0 && said.contains(&can_move) && said.contains(&moved),
        "{code}: {said}"
    );
    assert_eq!(versions(world, old), [1, 2]);
    let (code, said) = migrate(&[]);
    assert!(code == 0 && said.starts_with("0 open sagas"), "{code}: {said}");
    let (code, said) = migrate(&["--undo"]);
    let returned = format!("{count} returned, 0 did not any more, 0 have not answered yet");
    assert!(code == 0 && said.contains(&returned), "{code}: {said}");
}

/// The versions that an order has followed.
fn versions(world: &World<'_>, order: &str) -> Vec<u32> {
    let mut versions: Vec<u32> = world.journal(order).iter().map(|event| event.version).collect();
    versions.dedup();
    versions
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
