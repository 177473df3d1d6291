//! Tasks that each pass one transaction after the other, for a given time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, ensure};
use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, EndTxnRequest, FindCoordinatorRequest, InitProducerIdRequest, ProduceRequest,
        ProducerId, TopicName, TransactionalId, add_partitions_to_txn_request::AddPartitionsToTxnTopic,
    },
    protocol::StrBytes,
};

use super::{
    load::{PRODUCE, Produce, batches},
    wire::{Connection, frame},
};
use crate::bench::{ground::PARTITIONS, sample::Sample};

/// The versions that librdkafka asks in: those before transactions had an epoch each.
const INIT: i16 = 4;
const ADD: i16 = 3;
const END: i16 = 3;
const FIND: i16 = 4;
/// What a coordinator of transactions is called in FindCoordinator.
const OF_TRANSACTIONS: i8 = 1;
/// How long a broker may take to be ready for a transaction.
const READY_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a task waits that comes before the markers of its last transaction are written: as librdkafka does.
const PAUSE: Duration = Duration::from_millis(20);
/// Longer than any transaction here.
const TRANSACTION_TIMEOUT_MS: i32 = 60_000;

/// What is passed.
#[derive(Clone, Copy)]
pub(in crate::bench) struct Transactions {
    /// Inputs whose outputs make up one.
    pub(in crate::bench) inputs: usize,
    /// For how long they are passed.
    pub(in crate::bench) span: Duration,
}

/// What a run came to.
#[derive(Clone, Copy)]
pub(in crate::bench) struct Measured {
    pub(in crate::bench) transactions: u32,
    pub(in crate::bench) took: Duration,
}

/// Passes transactions through a broker on which the pass-through's topics are. `name` is that of nobody before.
pub(in crate::bench) fn run(
    bootstrap: &str,
    sample: &Sample,
    name: &str,
    wanted: Transactions,
) -> anyhow::Result<Measured> {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let batches = batches(sample, wanted.inputs, now_ms)?;
    let begin = Arc::new(Barrier::new(PARTITIONS as usize + 1));
    let mut threads = Vec::new();
    for number in 0..PARTITIONS {
        let mut task = Task::open(bootstrap, name, number, &batches)?;
        let begin = Arc::clone(&begin);
        threads.push(thread::spawn(move || {
            begin.wait();
            task.pass(wanted.span)
        }));
    }
    begin.wait();
    let begun = Instant::now();
    let mut transactions = 0;
    for thread in threads {
        transactions += thread.join().map_err(|_| anyhow!("a raw task panicked"))??;
    }
    Ok(Measured {
        transactions,
        took: begun.elapsed(),
    })
}

/// One task: it writes to the partitions of its number.
struct Task {
    connection: Connection,
    owners: [Owner; 2],
}

/// The holder of one transactional id.
struct Owner {
    producer: (i64, i16),
    add: Vec<u8>,
    produces: Vec<(String, Produce)>,
    end: Vec<u8>,
    /// The next sequence number of each topic's partition.
    next: BTreeMap<String, i32>,
}

impl Task {
    fn open(bootstrap: &str, name: &str, number: i32, batches: &[(String, Bytes, i32)]) -> anyhow::Result<Self> {
        let mut connection = Connection::open(bootstrap)?;
        let owners = [
            Owner::open(&mut connection, format!("{name}-{number}-a"), number, batches)?,
            Owner::open(&mut connection, format!("{name}-{number}-b"), number, batches)?,
        ];
        Ok(Self { connection, owners })
    }

    /// Passes transactions, each id in turn; gives their number.
    fn pass(&mut self, span: Duration) -> anyhow::Result<u32> {
        let end = Instant::now() + span;
        let mut transactions: u32 = 0;
        while Instant::now() < end {
            let owner = &mut self.owners[(transactions % 2) as usize];
            owner.transact(&mut self.connection)?;
            transactions += 1;
        }
        Ok(transactions)
    }
}

impl Owner {
    fn open(
        connection: &mut Connection,
        id: String,
        partition: i32,
        batches: &[(String, Bytes, i32)],
    ) -> anyhow::Result<Self> {
        let id = TransactionalId(StrBytes::from_string(id));
        let producer = init(connection, &id)?;
        let produces: anyhow::Result<Vec<_>> = batches
            .iter()
            .map(|(topic, batch, records)| Ok((topic.clone(), Produce::new(&id, topic, partition, batch, *records)?)))
            .collect();
        let next: BTreeMap<String, i32> = batches.iter().map(|(topic, ..)| (topic.clone(), 0)).collect();
        let topics = next.keys().map(|topic| {
            AddPartitionsToTxnTopic::default()
                .with_name(TopicName(StrBytes::from_string(topic.clone())))
                .with_partitions(vec![partition])
        });
        let add = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(id.clone())
            .with_v3_and_below_producer_id(ProducerId(producer.0))
            .with_v3_and_below_producer_epoch(producer.1)
            .with_v3_and_below_topics(topics.collect());
        let end = EndTxnRequest::default()
            .with_transactional_id(id)
            .with_producer_id(ProducerId(producer.0))
            .with_producer_epoch(producer.1)
            .with_committed(true);
        Ok(Self {
            producer,
            add: frame(ADD, &add)?,
            produces: produces?,
            end: frame(END, &end)?,
            next,
        })
    }

    fn transact(&mut self, connection: &mut Connection) -> anyhow::Result<()> {
        self.begin(connection)?;
        for (topic, produce) in &mut self.produces {
            let next = self.next.entry(topic.clone()).or_default();
            *next = produce.seal(self.producer, *next);
            connection.send(&produce.frame)?;
        }
        for (topic, _) in &self.produces {
            let answer = connection.receive::<ProduceRequest>(PRODUCE)?;
            let mut partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
            let error = partitions.find(|partition| partition.error_code != 0);
            ensure!(error.is_none(), "a batch of {topic} was refused: {error:?}");
        }
        connection.send(&self.end)?;
        let ended = connection.receive::<EndTxnRequest>(END)?.error_code;
        ensure!(ended == 0, "a transaction did not stand: error {ended}");
        Ok(())
    }

    /// Puts the partitions under a transaction, as soon as the last one is over.
    fn begin(&self, connection: &mut Connection) -> anyhow::Result<()> {
        loop {
            connection.send(&self.add)?;
            let answer = connection.receive::<AddPartitionsToTxnRequest>(ADD)?;
            let topics = answer.results_by_topic_v3_and_below.iter();
            let mut errors = topics
                .flat_map(|topic| &topic.results_by_partition)
                .map(|result| result.partition_error_code)
                .filter(|error| *error != 0);
            match errors.next() {
                None => return Ok(()),
                Some(error) if error == ResponseError::ConcurrentTransactions.code() => thread::sleep(PAUSE),
                Some(error) => return Err(anyhow!("no transaction could be begun: error {error}")),
            }
        }
    }
}

/// Asks for a producer until the coordinator is there.
fn init(connection: &mut Connection, id: &TransactionalId) -> anyhow::Result<(i64, i16)> {
    let find = FindCoordinatorRequest::default()
        .with_key_type(OF_TRANSACTIONS)
        .with_coordinator_keys(vec![id.0.clone()]);
    let init = InitProducerIdRequest::default()
        .with_transactional_id(Some(id.clone()))
        .with_transaction_timeout_ms(TRANSACTION_TIMEOUT_MS);
    let deadline = Instant::now() + READY_TIME_MAX;
    loop {
        // Kafka makes the topic of its coordinators when one is first looked for.
        connection.call(FIND, &find)?;
        let answer = connection.call(INIT, &init)?;
        if answer.error_code == 0 {
            return Ok((answer.producer_id.0, answer.producer_epoch));
        }
        ensure!(
            Instant::now() < deadline,
            "no producer was given: error {}",
            answer.error_code
        );
        thread::sleep(PAUSE);
    }
}
