//! Topics: created once, compared, and missed.

use palinode_log::{
    Log, TaskLog,
    kafka::topics::{Difference, Topics},
};
use palinode_tests::log_world::World;

#[test]
fn a_missing_topic_is_an_error_of_every_question() {
    let world = World::new();
    let log = world.log();
    let mut task = world.task(0);

    assert!(log.partitions(&world.topic("nowhere")).unwrap_err().is_missing_topic());
    assert_eq!(log.partitions(&world.topic("in")).unwrap(), 4);
    assert!(task.ends(&[world.at("nowhere", 0)]).unwrap_err().is_missing_topic());
    assert!(task.starts(&[world.at("in", 99)]).unwrap_err().is_missing_topic());
    assert_eq!(log.cluster_id().unwrap().len(), 22);
}

#[test]
fn topics_are_created_once_and_compared() {
    let world = World::new();
    let topics = Topics::connect(&world.settings).unwrap();
    let mut spec = world.spec("compared");
    spec.configs.insert("cleanup.policy".into(), "compact".into());

    assert_eq!(
        topics.differences(&[spec.clone()]).unwrap(),
        [Difference::Missing {
            topic: spec.name.clone()
        }]
    );
    assert_eq!(topics.create(&[spec.clone()]).unwrap(), [spec.name.clone()]);
    assert!(topics.create(&[spec.clone()]).unwrap().is_empty());
    assert!(topics.differences(&[spec.clone()]).unwrap().is_empty());

    let mut other = spec.clone();
    other.partitions = 12;
    other.configs.insert("cleanup.policy".into(), "delete".into());
    other
        .configs
        .insert("message.timestamp.type".into(), "LogAppendTime".into());
    let words: Vec<_> = topics
        .differences(&[other])
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let name = &spec.name;
    assert_eq!(
        words,
        [
            format!("'{name}' has 4 partitions, and 12 are wanted"),
            format!("'{name}' has cleanup.policy=compact, and cleanup.policy=delete is wanted"),
            format!(
                "'{name}' has message.timestamp.type=CreateTime, and message.timestamp.type=LogAppendTime is wanted"
            ),
        ]
    );
}
