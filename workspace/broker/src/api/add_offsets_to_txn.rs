//! AddOffsetsToTxn: a group's offsets come under a transaction.

use kafka_protocol::messages::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};

use crate::{
    Broker, Call, Reply,
    transactions::{Place, Producer, fenced_as_known},
};

/// The first version whose clients know PRODUCER_FENCED.
const KNOWS_FENCED: i16 = 2;

impl Broker {
    pub(crate) fn add_offsets_to_txn(&mut self, call: &Call, request: AddOffsetsToTxnRequest) -> Reply {
        let producer = Producer {
            id: request.producer_id.0,
            epoch: request.producer_epoch,
        };
        let group = request.group_id.as_str().to_owned();
        let places = [Place::Offsets { group }];
        let added = self.add_to_transaction(&request.transactional_id, producer, &places, call.now);
        let code = added.map_or_else(
            |error| fenced_as_known(error, call.version, KNOWS_FENCED).code(),
            |()| 0,
        );
        Reply::Now(AddOffsetsToTxnResponse::default().with_error_code(code).into())
    }
}
