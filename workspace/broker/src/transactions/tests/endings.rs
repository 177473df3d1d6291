//! Repeated and late ends, producer ids whose epochs are used up, and what is answered about transactions.

use kafka_protocol::{
    ResponseError::{self, InvalidTxnState, ProducerFenced},
    messages::{
        AddPartitionsToTxnRequest, DescribeTransactionsRequest, InitProducerIdRequest, ListTransactionsRequest,
        ProducerId, TopicName, TransactionalId,
        add_partitions_to_txn_request::{AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction},
    },
    protocol::StrBytes,
};

use super::{
    client::{Client, TOPIC},
    reader::committed,
};
use crate::{
    Change,
    testing::World,
    transactions::{
        Change as TransactionChange, Producer,
        Protocol::{InPlace, Rising},
        Step,
    },
};

fn world() -> World {
    let mut world = World::new();
    world.topic(TOPIC, 2);
    world
}

fn id(name: &'static str) -> TransactionalId {
    TransactionalId(StrBytes::from_static_str(name))
}

#[test]
fn a_repeated_end_is_answered_as_the_first_and_the_other_way_round_refused() {
    for protocol in [InPlace, Rising] {
        for commits in [true, false] {
            let mut world = world();
            let mut client = Client::ready(&mut world, "shop", protocol);
            client.write(&mut world, 0, 1).expect("a transaction");
            client.end(&mut world, commits).expect("its end");
            assert_eq!(client.end_again(&mut world), Some((commits, Ok(()))), "{protocol:?}");
            let expected = if commits { vec![1] } else { vec![] };
            assert_eq!(committed(&mut world, 0), expected);
        }
    }
    let mut world = world();
    let mut client = Client::ready(&mut world, "shop", InPlace);
    client.write(&mut world, 0, 1).expect("a transaction");
    client.end(&mut world, true).expect("its end");
    assert_eq!(client.end(&mut world, false), Err(InvalidTxnState.code()));
}

#[test]
fn a_late_end_hits_the_next_transaction_with_the_first_protocol_and_not_with_the_second() {
    let mut world = world();
    let mut old = Client::ready(&mut world, "old", InPlace);
    let mut new = Client::ready(&mut world, "new", Rising);
    for client in [&mut old, &mut new] {
        client.write(&mut world, 0, 1).expect("a transaction");
        client.end(&mut world, false).expect("its abort");
        client.write(&mut world, 1, 2).expect("the next transaction");
    }
    assert_eq!(old.end_again(&mut world), Some((false, Ok(()))));
    assert_eq!(new.end_again(&mut world), Some((false, Err(ProducerFenced.code()))));
    assert_eq!(old.end(&mut world, true), Err(InvalidTxnState.code()));
    new.end(&mut world, true).expect("the next transaction is whole");
    assert_eq!(committed(&mut world, 1), [2]);
}

/// Brings the id near the end of its epochs, as 32,766 initialisations would.
fn age(world: &mut World, name: &str, client: &mut Client) {
    let producer = Producer {
        epoch: i16::MAX - 1,
        ..client.producer
    };
    let step = Step::Initialised {
        producer,
        last_epoch: None,
        timeout_ms: 60_000,
    };
    let change = TransactionChange::Stepped {
        transactional_id: name.to_owned(),
        step,
        at: world.now,
    };
    world
        .broker
        .change(Change::Transactions(change))
        .expect("a storage that works");
    client.producer = producer;
}

#[test]
fn used_up_epochs_give_a_new_producer_id_at_the_next_init() {
    let mut world = world();
    let mut zombie = Client::ready(&mut world, "shop", InPlace);
    age(&mut world, "shop", &mut zombie);
    let owner = Client::ready(&mut world, "shop", InPlace);
    assert_ne!(owner.producer.id, zombie.producer.id);
    assert_eq!(owner.producer.epoch, 0);
    assert_eq!(
        zombie.add(&mut world, 0),
        Err(ResponseError::InvalidProducerIdMapping.code())
    );
    assert!(zombie.produce(&mut world, 0, 1).is_err());
    assert!(zombie.end(&mut world, true).is_err());
}

#[test]
fn used_up_epochs_give_a_new_producer_id_at_the_end_of_a_transaction() {
    let mut world = world();
    let mut client = Client::ready(&mut world, "shop", Rising);
    age(&mut world, "shop", &mut client);
    let before = client.producer;
    client.write(&mut world, 0, 1).expect("a transaction");
    client.end(&mut world, true).expect("its end");
    assert_ne!(client.producer.id, before.id);
    assert_eq!(client.producer.epoch, 0);
    assert_eq!(client.end_again(&mut world), Some((true, Ok(()))));
    client.write(&mut world, 0, 2).expect("the next transaction");
    client.end(&mut world, true).expect("its end");
    assert_eq!(committed(&mut world, 0), [1, 2]);
}

#[test]
fn a_client_that_names_itself_goes_on_and_a_stranger_does_not() {
    let mut world = world();
    let client = Client::ready(&mut world, "shop", InPlace);
    let init = |world: &mut World, producer: Producer| {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(id("shop")))
            .with_transaction_timeout_ms(1_000)
            .with_producer_id(ProducerId(producer.id))
            .with_producer_epoch(producer.epoch);
        let response = world.call_at(4, request);
        (response.error_code, response.producer_epoch)
    };
    let own = client.producer;
    assert_eq!(init(&mut world, own), (0, 1));
    assert_eq!(init(&mut world, own), (0, 1), "a repeated request");
    assert_eq!(
        init(&mut world, Producer { epoch: 7, ..own }),
        (ProducerFenced.code(), -1)
    );
    assert_eq!(
        init(&mut world, Producer { id: 77, ..own }),
        (ProducerFenced.code(), -1)
    );
    assert_eq!(
        init(&mut world, Producer { epoch: -1, ..own }),
        (ResponseError::InvalidRequest.code(), -1)
    );
}

#[test]
fn producers_without_an_id_of_their_own_get_distinct_producer_ids() {
    let mut world = world();
    let client = Client::ready(&mut world, "shop", InPlace);
    let mut ids = vec![client.producer.id];
    for _ in 0..3 {
        let response = world.call_at(4, InitProducerIdRequest::default().with_transactional_id(None));
        assert_eq!((response.error_code, response.producer_epoch), (0, 0));
        ids.push(response.producer_id.0);
    }
    assert_eq!(ids, [0, 1, 2, 3]);
}

#[test]
fn a_partition_that_is_missing_keeps_the_others_out() {
    let mut world = world();
    let client = Client::ready(&mut world, "shop", InPlace);
    let topic = AddPartitionsToTxnTopic::default()
        .with_name(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partitions(vec![0, 9]);
    let request = AddPartitionsToTxnRequest::default()
        .with_v3_and_below_transactional_id(id("shop"))
        .with_v3_and_below_producer_id(ProducerId(client.producer.id))
        .with_v3_and_below_producer_epoch(client.producer.epoch)
        .with_v3_and_below_topics(vec![topic]);
    let response = world.call_at(3, request);
    let results = &response.results_by_topic_v3_and_below[0].results_by_partition;
    let codes: Vec<_> = results.iter().map(|result| result.partition_error_code).collect();
    let expected = [
        ResponseError::OperationNotAttempted,
        ResponseError::UnknownTopicOrPartition,
    ];
    assert_eq!(codes, expected.map(|error| error.code()));
}

#[test]
fn brokers_check_several_transactions_at_once() {
    let mut world = world();
    let mut client = Client::ready(&mut world, "shop", InPlace);
    client.add(&mut world, 0).expect("a partition");
    let ask = |name, partition| {
        let topic = AddPartitionsToTxnTopic::default()
            .with_name(TopicName(StrBytes::from_static_str(TOPIC)))
            .with_partitions(vec![partition]);
        AddPartitionsToTxnTransaction::default()
            .with_transactional_id(id(name))
            .with_producer_id(ProducerId(client.producer.id))
            .with_producer_epoch(client.producer.epoch)
            .with_verify_only(true)
            .with_topics(vec![topic])
    };
    let asked = vec![ask("shop", 0), ask("shop", 1), ask("nobody", 0)];
    let response = world.call_at(5, AddPartitionsToTxnRequest::default().with_transactions(asked));
    let results = response.results_by_transaction.iter();
    let codes: Vec<_> = results
        .map(|result| result.topic_results[0].results_by_partition[0].partition_error_code)
        .collect();
    let abortable = ResponseError::TransactionAbortable.code();
    assert_eq!(codes, [0, abortable, ResponseError::InvalidProducerIdMapping.code()]);
}

#[test]
fn transactions_are_described_and_listed_as_kafka_does() {
    let mut world = world();
    let mut open = Client::ready(&mut world, "open", InPlace);
    let _empty = Client::ready(&mut world, "empty", InPlace);
    open.write(&mut world, 1, 1).expect("a transaction");
    open.offsets(&mut world, 5).expect("the group");
    let ids = vec![id("open"), id("nobody")];
    let described = world.call(DescribeTransactionsRequest::default().with_transactional_ids(ids));
    let state = &described.transaction_states[0];
    assert_eq!(state.transaction_state.as_str(), "Ongoing");
    assert_eq!(state.transaction_start_time_ms, world.now.0);
    let topics: Vec<_> = state
        .topics
        .iter()
        .map(|topic| (topic.topic.as_str(), topic.partitions.len()))
        .collect();
    assert_eq!(topics, [("__consumer_offsets", 1), (TOPIC, 1)]);
    let unknown = &described.transaction_states[1];
    assert_eq!(unknown.error_code, ResponseError::TransactionalIdNotFound.code());

    let filters = ["Ongoing", "Dead", "Never"].map(StrBytes::from_static_str).to_vec();
    let request = ListTransactionsRequest::default()
        .with_state_filters(filters)
        .with_duration_filter(-1);
    let listed = world.call_at(1, request);
    assert_eq!(listed.transaction_states.len(), 1);
    assert_eq!(listed.transaction_states[0].transactional_id, id("open"));
    assert_eq!(listed.unknown_state_filters, [StrBytes::from_static_str("Never")]);
}
