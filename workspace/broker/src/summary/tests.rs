use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    Timestamp,
    groups::{self, CommittedOffset, PartitionOffset, TopicOffsets},
    transactions::{self, Place, Producer, Step},
};

fn topic_id(number: u8) -> Uuid {
    Uuid::from_u64_pair(7, u64::from(number))
}

fn name(number: u8) -> String {
    format!("topic-{number}")
}

fn offsets(topic: u8, partition: i32, offset: i64) -> Vec<TopicOffsets> {
    let committed = CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: String::new(),
        committed_at: Timestamp(offset),
        expires_at: None,
    };
    vec![TopicOffsets {
        topic: name(topic),
        partitions: vec![PartitionOffset { partition, committed }],
    }]
}

fn topics() -> impl Strategy<Value = topics::Change> {
    let config = || prop_oneof![Just("1"), Just("2")].prop_map(|ms| [("retention.ms".into(), ms.into())].into());
    prop_oneof![
        (0..3_u8, 1..3_i32).prop_map(|(topic, partitions)| topics::Change::Created {
            name: name(topic),
            id: topic_id(topic),
            partitions,
            config: BTreeMap::new(),
        }),
        (0..3_u8, 1..5_i32).prop_map(|(topic, partitions)| topics::Change::Grown {
            id: topic_id(topic),
            partitions
        }),
        (0..3_u8, config()).prop_map(|(topic, config)| topics::Change::Configured {
            id: topic_id(topic),
            config
        }),
        (0..3_u8).prop_map(|topic| topics::Change::Deleted { id: topic_id(topic) }),
    ]
}

fn groups() -> impl Strategy<Value = groups::Change> {
    let group = || prop_oneof![Just("a".to_owned()), Just("b".to_owned())];
    let what = || (0..3_u8, 0..2_i32, 0..100_i64).prop_map(|(topic, number, offset)| offsets(topic, number, offset));
    prop_oneof![
        3 => (group(), what()).prop_map(|(group, offsets)| groups::Change::Committed { group, offsets }),
        3 => (group(), 0..3_i64, what()).prop_map(|(group, producer_id, offsets)| groups::Change::Held {
            group,
            producer_id,
            offsets
        }),
        2 => (group(), 0..3_i64, any::<bool>()).prop_map(|(group, producer_id, committed)| groups::Change::Ended {
            group,
            producer_id,
            committed
        }),
        1 => (group(), 0..3_u8).prop_map(|(group, topic)| groups::Change::Forgotten {
            group,
            partitions: vec![(name(topic), vec![0, 1])],
        }),
        1 => group().prop_map(|group| groups::Change::Deleted { group }),
    ]
}

fn transactions() -> impl Strategy<Value = transactions::Change> {
    let step = prop_oneof![
        (0..9_i64, 0..5_i16).prop_map(|(id, epoch)| Step::Initialised {
            producer: Producer { id, epoch },
            last_epoch: None,
            timeout_ms: 1_000,
        }),
        (0..3_i32).prop_map(|partition| Step::Joined {
            places: vec![Place::Partition {
                topic: topic_id(0),
                partition
            }],
        }),
        (any::<bool>(), 0..5_i16).prop_map(|(committed, epoch)| Step::Ending {
            committed,
            epoch,
            last_epoch: Some(0),
            next_producer_id: None,
        }),
        Just(Step::Ended),
    ];
    let id = || prop_oneof![Just("x".to_owned()), Just("y".to_owned())];
    prop_oneof![
        6 => (id(), step, 0..9_i64).prop_map(|(transactional_id, step, at)| transactions::Change::Stepped {
            transactional_id,
            step,
            at: Timestamp(at)
        }),
        1 => (0..9_i64).prop_map(|producer_id| transactions::Change::ProducerIdGiven { producer_id }),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let started = (0..3_u8, 0..3_i32, 0..50_i64).prop_map(|(topic, partition, offset)| log::Change::Started {
        topic: topic_id(topic),
        partition,
        offset,
    });
    let change = prop_oneof![
        topics().prop_map(Change::Topics),
        groups().prop_map(Change::Groups),
        transactions().prop_map(Change::Transactions),
        started.prop_map(Change::Log),
    ];
    // A topic's id is given once, and a transaction whose end is decided is ended before anything else.
    vec(change, 0..60).prop_map(|mut changes| {
        let (mut created, mut ending) = (BTreeSet::new(), BTreeSet::new());
        changes.retain(|change| match change {
            Change::Topics(topics::Change::Created { id, .. }) => created.insert(*id),
            Change::Transactions(transactions::Change::Stepped {
                transactional_id, step, ..
            }) => match step {
                Step::Ended => ending.remove(transactional_id),
                Step::Ending { .. } => ending.insert(transactional_id.clone()),
                Step::Initialised { .. } | Step::Joined { .. } => !ending.contains(transactional_id),
            },
            _ => true,
        });
        changes
    })
}

fn broker_after(changes: Vec<Change>) -> Broker {
    let mut broker = Broker::new(Settings::default(), Box::new(Memory::default()));
    changes.into_iter().for_each(|change| broker.apply(change));
    broker
}

proptest! {
    #[test]
    fn a_summary_leads_where_all_changes_lead(changes in changes(), part in 0..60_usize) {
        // Given any changes, some of which have happened
        let (before, after) = changes.split_at(part.min(changes.len()));
        let mut all = broker_after(before.to_vec());
        // When a broker is told their summary alone
        let summary = Summary::of(before.to_vec());
        let mut short = broker_after(summary.changes.clone());
        // Then it is where the others led
        prop_assert_eq!(format!("{:?}", all.transactions), format!("{:?}", short.transactions));
        prop_assert_eq!(format!("{:?}", all.topics), format!("{:?}", short.topics));
        prop_assert_eq!(all.summary(), short.summary());
        // And whatever follows leads both to the same place
        for change in after {
            all.apply(change.clone());
            short.apply(change.clone());
        }
        prop_assert_eq!(format!("{:?}", all.transactions), format!("{:?}", short.transactions));
        prop_assert_eq!(format!("{:?}", all.topics), format!("{:?}", short.topics));
        prop_assert_eq!(all.summary(), short.summary());
    }
}
