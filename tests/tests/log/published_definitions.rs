//! What is published never changes, also when several publish at the same time.

use std::sync::Arc;

use palinode_core::{Plan, SchemaId, Timestamp};
use palinode_log::{
    Outcome,
    kafka::{CompactedTopic, topics::Topics},
    registry::KeptSchemas,
};
use palinode_server::{Error, Publication, PublishedDefinitions};
use palinode_tests::log_world::World;
use palinode_wire::definition::DefinitionRecord;

/// The id of `palinode.Definition` in these tests.
const SCHEMA: SchemaId = SchemaId(41);

const TEXT: &str = include_str!("../../../sagas/order-fulfilment.yaml");

fn compacted(world: &World, name: &str) -> CompactedTopic {
    let mut spec = world.spec(name);
    spec.configs.insert("cleanup.policy".into(), "compact".into());
    Topics::connect(&world.settings).unwrap().create(&[spec]).unwrap();
    CompactedTopic::new(world.settings.clone(), &*world.topic(name))
}

/// The topics of a new application.
fn application() -> (World, PublishedDefinitions) {
    let world = World::new();
    compacted(&world, "palinode.definitions");
    compacted(&world, "palinode.schemas");
    let published = member(&world);
    (world, published)
}

/// What one member knows of the topic.
fn member(world: &World) -> PublishedDefinitions {
    let schemas = CompactedTopic::new(world.settings.clone(), &*world.topic("palinode.schemas"));
    let kept = Arc::new(KeptSchemas::read(schemas).unwrap());
    let prefix = world.topic("");
    PublishedDefinitions::new(world.settings.clone(), &prefix, kept)
}

fn publication(text: &str, by: &str) -> Publication {
    let plan: Plan = palinode_definition::read("test.yaml", text).unwrap();
    Publication {
        plan: Arc::new(plan),
        text: text.into(),
        by: by.into(),
        at: Timestamp(7),
    }
}

fn version(number: u32) -> String {
    TEXT.replacen("version: 1", &format!("version: {number}"), 1)
}

#[test]
fn a_version_is_published_once_and_read_by_everybody_without_a_registry() {
    let (world, one) = application();
    assert!(one.read().unwrap().is_empty());
    one.publish(SCHEMA, &[publication(TEXT, "ann")]).unwrap();
    let again = member(&world).publish(SCHEMA, &[publication(TEXT, "bob"), publication(&version(2), "bob")]);
    let read = member(&world).read().unwrap();
    assert_eq!(read, again.unwrap());
    let told: Vec<_> = read
        .values()
        .map(|record| (record.key(), &*record.published_by))
        .collect();
    let expected = [("order-fulfilment/1", "ann"), ("order-fulfilment/2", "bob")];
    assert_eq!(told, expected.map(|(key, by)| (key.to_owned(), by)));
    assert!(
        read.values()
            .all(|record| *palinode_definition::hash(&record.text) == *record.hash)
    );
}

#[test]
fn another_text_under_a_published_number_is_refused_and_nothing_of_it_is_written() {
    let (_world, published) = application();
    published.publish(SCHEMA, &[publication(TEXT, "ann")]).unwrap();
    let before = published.read().unwrap();
    let other = format!("{TEXT}# One comment more.\n");
    let refused = published.publish(SCHEMA, &[publication(&version(2), "bob"), publication(&other, "bob")]);
    assert!(
        matches!(refused, Err(Error::PublishedOtherwise { version: 1, .. })),
        "{refused:?}"
    );
    assert_eq!(published.read().unwrap(), before);
}

#[test]
fn of_members_that_publish_different_texts_at_the_same_time_one_wins() {
    let (world, published) = application();
    let results: Vec<_> = std::thread::scope(|scope| {
        let publish = |number: usize| {
            let member = member(&world);
            let text = format!("{TEXT}# By member {number}.\n");
            scope.spawn(move || member.publish(SCHEMA, &[publication(&text, &number.to_string())]))
        };
        let members: Vec<_> = (0..4).map(publish).collect();
        members.into_iter().map(|member| member.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let read = published.read().unwrap();
    assert_eq!(read.len(), 1);
    let winner = results.iter().position(Result::is_ok).unwrap().to_string();
    assert!(read.values().all(|record| *record.published_by == *winner));
}

#[test]
fn who_lost_the_right_to_write_writes_nothing() {
    let world = World::new();
    let topic = compacted(&world, "notes");
    let slow = topic.exclusively("writer").unwrap();
    let quick = topic.exclusively("writer").unwrap();
    let note = |text: &'static str| [("key".into(), text.into())];
    assert!(matches!(quick.commit(&note("quick")), Outcome::Committed { .. }));
    assert_eq!(slow.commit(&note("slow")), Outcome::Fenced);
    assert_eq!(topic.read().unwrap()[&b"key"[..]], "quick");
}

#[test]
fn a_retired_version_keeps_its_text() {
    let (_world, published) = application();
    published.publish(SCHEMA, &[publication(TEXT, "ann")]).unwrap();
    let retire = |record: &DefinitionRecord| DefinitionRecord {
        retired_at: Some(Timestamp(9)),
        ..record.clone()
    };
    let after = published
        .update(SCHEMA, |all| Ok(all.values().map(retire).collect()))
        .unwrap();
    assert_eq!(published.read().unwrap(), after);
    let record = after.values().next().unwrap();
    assert_eq!((&*record.text, record.retired_at), (TEXT, Some(Timestamp(9))));
    let again = published.publish(SCHEMA, &[publication(TEXT, "bob")]).unwrap();
    assert_eq!(again, after, "publishing the same again brings nothing back");
}
