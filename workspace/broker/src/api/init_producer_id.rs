//! InitProducerId: a producer id, and the fencing of the instances before.

use kafka_protocol::{
    ResponseError,
    messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId},
};

use crate::{
    Broker, Call, Reply,
    transactions::{Producer, fenced_as_known, timeout_is_allowed},
};

/// The first version whose clients know PRODUCER_FENCED.
const KNOWS_FENCED: i16 = 4;

impl Broker {
    pub(crate) fn init_producer_id(&mut self, call: &Call, request: InitProducerIdRequest) -> Reply {
        let result = self.initialise(call, &request);
        let producer = *result.as_ref().unwrap_or(&Producer::NONE);
        let code = result.map_or_else(|error| fenced_as_known(error, call.version, KNOWS_FENCED).code(), |_| 0);
        let response = InitProducerIdResponse::default()
            .with_error_code(code)
            .with_producer_id(ProducerId(producer.id))
            .with_producer_epoch(producer.epoch);
        Reply::Now(response.into())
    }

    fn initialise(&mut self, call: &Call, request: &InitProducerIdRequest) -> Result<Producer, ResponseError> {
        let expected = expected(request)?;
        let Some(id) = &request.transactional_id else {
            return self.give_producer_id();
        };
        if id.is_empty() {
            return Err(ResponseError::InvalidRequest);
        }
        if !timeout_is_allowed(request.transaction_timeout_ms) {
            return Err(ResponseError::InvalidTransactionTimeout);
        }
        self.init_transaction(id, expected, request.transaction_timeout_ms, call.now)
    }
}

/// The instance that the client holds, if it says so (from version 3).
fn expected(request: &InitProducerIdRequest) -> Result<Option<Producer>, ResponseError> {
    match (request.producer_id.0, request.producer_epoch) {
        (-1, -1) => Ok(None),
        (-1, _) | (_, -1) => Err(ResponseError::InvalidRequest),
        (id, epoch) => Ok(Some(Producer { id, epoch })),
    }
}
