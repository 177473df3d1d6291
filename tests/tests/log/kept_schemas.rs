//! Schemas that were met outlive the registry: what one member keeps, the others find.

use std::{sync::Arc, sync::mpsc, time::Duration};

use palinode_log::{
    kafka::{CompactedTopic, topics::Topics},
    registry::{KeptSchema, KeptSchemas, Lookups, RegistryClient, RegistryError, SchemaId},
};
use palinode_tests::log_world::{PATIENCE, World};

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "shop", "fields": []}"#;

/// Nobody listens there.
const DOWN: &str = "http://127.0.0.1:9";

fn topic(world: &World) -> CompactedTopic {
    let mut spec = world.spec("schemas");
    spec.configs.insert("cleanup.policy".into(), "compact".into());
    Topics::connect(&world.settings).unwrap().create(&[spec]).unwrap();
    CompactedTopic::new(world.settings.clone(), &*world.topic("schemas"))
}

#[test]
fn what_was_kept_is_read_at_the_next_start_and_kept_once() {
    let world = World::new();
    let topic = topic(&world);
    let kept = KeptSchemas::read(topic.clone()).unwrap();
    assert!(kept.all().is_empty());
    kept.keep([(SchemaId(7), ORDER), (SchemaId(8), "\"string\"")]).unwrap();
    kept.keep([(SchemaId(7), ORDER)]).unwrap();

    let again = KeptSchemas::read(topic).unwrap();
    let expected = [
        (SchemaId(7), KeptSchema::new(ORDER)),
        (SchemaId(8), KeptSchema::new("\"string\"")),
    ];
    assert_eq!(again.all(), expected.into());
    assert_eq!(again.all()[&SchemaId(7)].record.as_deref(), Some("shop.Order"));
    let records: usize = (0..palinode_tests::log_world::PARTITIONS)
        .map(|partition| world.read("schemas", partition).len())
        .sum();
    assert_eq!(records, 2);
}

#[test]
fn a_look_up_finds_what_another_member_kept_while_the_registry_is_down() {
    let world = World::new();
    let topic = topic(&world);
    let here = Arc::new(KeptSchemas::read(topic.clone()).unwrap());
    let elsewhere = KeptSchemas::read(topic).unwrap();
    elsewhere.keep([(SchemaId(7), ORDER)]).unwrap();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let lookups = Lookups::start(runtime.handle(), RegistryClient::new(DOWN).unwrap(), Some(here));
    let (sender, answers) = mpsc::channel();
    for id in [7, 8] {
        let sender = sender.clone();
        lookups
            .request(SchemaId(id), move |answer| sender.send(answer).unwrap())
            .unwrap();
    }
    let answer =
        |answers: &mpsc::Receiver<_>| -> palinode_log::registry::Answer { answers.recv_timeout(PATIENCE).unwrap() };
    assert_eq!(answer(&answers).text.unwrap(), ORDER);
    assert!(matches!(answer(&answers).text, Err(RegistryError::Unavailable { .. })));
    runtime.shutdown_timeout(Duration::from_secs(1));
}

#[test]
fn a_topic_that_is_not_there_is_an_error() {
    let world = World::new();
    let missing = CompactedTopic::new(world.settings.clone(), "nowhere");
    assert!(KeptSchemas::read(missing.clone()).unwrap_err().is_missing_topic());
    let written = missing.write(&[("a".into(), "b".into())]);
    assert!(written.is_err());
}
