//! What a fenced client is told.

use kafka_protocol::ResponseError;

/// An error for a client whose request has this version: before the version `since` of the request clients did not know
/// PRODUCER_FENCED.
pub(crate) fn fenced_as_known(error: ResponseError, version: i16, since: i16) -> ResponseError {
    match error {
        ResponseError::ProducerFenced if version < since => ResponseError::InvalidProducerEpoch,
        other => other,
    }
}
