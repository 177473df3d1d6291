//! A copy of a broker's whole durable state in another storage, and what makes a copy a broker of its own.

use crate::{
    Batch, Broker, Change, LogId, Position, Storage, StorageError,
    log::{LogStore, Partition},
    topics, transactions,
};

impl Broker {
    /// Writes everything that outlives the process into an empty storage: as of this moment, open transactions as open.
    ///
    /// # Errors
    /// One of the two storages failed.
    pub fn copy_to(&mut self, target: &mut dyn Storage) -> Result<(), StorageError> {
        for change in self.summary() {
            target.note(&change)?;
        }
        for topic in self.topics.iter() {
            for (number, partition) in (0..).zip(&topic.partitions) {
                let mut source = LogStore {
                    storage: &mut *self.storage,
                    log: LogId {
                        topic: topic.id,
                        partition: number,
                    },
                };
                copy_log(partition, &mut source, target)?;
            }
        }
        Ok(())
    }

    /// Makes ids that are given from here on begin at a number, unless they are beyond it. A broker that goes on from a copy
    /// gives none, then, that the copied one gave later: its clients may still hold those.
    ///
    /// # Errors
    /// The storage failed.
    pub fn give_ids_from(&mut self, number: u64) -> Result<(), StorageError> {
        self.change(Change::Transactions(transactions::Change::ProducerIdGiven {
            producer_id: i64::try_from(number).unwrap_or(i64::MAX),
        }))?;
        self.change(Change::Topics(topics::Change::Counted { created: number }))
    }
}

fn copy_log(partition: &Partition, source: &mut LogStore<'_>, target: &mut dyn Storage) -> Result<(), StorageError> {
    for (position, bytes) in partition.batches() {
        let batch = read(source, position, bytes)?;
        target.append(source.log, batch)?;
    }
    Ok(())
}

fn read(source: &mut LogStore<'_>, position: Position, bytes: usize) -> Result<Batch, StorageError> {
    let kept = source.storage.read(source.log, position, bytes)?;
    Batch::new(&kept).ok_or_else(|| StorageError(format!("no batch stands at {position:?} of {:?}", source.log)))
}
