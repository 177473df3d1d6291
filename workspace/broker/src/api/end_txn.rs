//! EndTxn: a transaction is committed or aborted.

use kafka_protocol::messages::{EndTxnRequest, EndTxnResponse, ProducerId};

use crate::{
    Broker, Call, Reply,
    transactions::{Producer, Protocol, fenced_as_known},
};

/// The first version whose clients know PRODUCER_FENCED.
const KNOWS_FENCED: i16 = 2;
/// The first version by which the epoch rises with each end, and the answer tells it.
const RISING: i16 = 5;

impl Broker {
    pub(crate) fn end_txn(&mut self, call: &Call, request: EndTxnRequest) -> Reply {
        let producer = Producer {
            id: request.producer_id.0,
            epoch: request.producer_epoch,
        };
        let protocol = if call.version >= RISING {
            Protocol::Rising
        } else {
            Protocol::InPlace
        };
        let ended = self.end_transaction(
            &request.transactional_id,
            producer,
            request.committed,
            protocol,
            call.now,
        );
        // The answer of the older versions has no place for the instance.
        let successor = match (&ended, protocol) {
            (Ok(successor), Protocol::Rising) => *successor,
            _ => Producer::NONE,
        };
        let code = ended.map_or_else(|error| fenced_as_known(error, call.version, KNOWS_FENCED).code(), |_| 0);
        let response = EndTxnResponse::default()
            .with_error_code(code)
            .with_producer_id(ProducerId(successor.id))
            .with_producer_epoch(successor.epoch);
        Reply::Now(response.into())
    }
}
