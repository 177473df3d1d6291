//! ListTransactions: all transactional ids, or some.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        ListTransactionsRequest, ListTransactionsResponse, ProducerId, TransactionalId,
        list_transactions_response::TransactionState,
    },
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, Timestamp, pattern::Pattern, transactions::Transaction};

impl Broker {
    pub(crate) fn list_transactions(&mut self, call: &Call, request: ListTransactionsRequest) -> Reply {
        let Ok(pattern) = request.transactional_id_pattern.clone().map(Pattern::new).transpose() else {
            let refused = ResponseError::InvalidRegularExpression.code();
            return Reply::Now(ListTransactionsResponse::default().with_error_code(refused).into());
        };
        // As in Kafka the empty expression lets all through.
        let pattern = pattern.filter(|pattern| pattern.text().is_some());
        let is_named = |id: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(id));
        let found = self
            .transactions
            .iter()
            .filter(|(id, transaction)| is_named(id) && is_asked_for(&request, transaction, call.now));
        let states = found.map(|(id, transaction)| {
            TransactionState::default()
                .with_transactional_id(TransactionalId(StrBytes::from_string(id.to_owned())))
                .with_producer_id(ProducerId(transaction.producer.id))
                .with_transaction_state(StrBytes::from_static_str(transaction.stage.name()))
        });
        let response = ListTransactionsResponse::default().with_transaction_states(states.collect());
        let is_unknown = |name: &StrBytes| !crate::transactions::Stage::is_known(name);
        let unknown = request.state_filters.into_iter().filter(is_unknown).collect();
        Reply::Now(response.with_unknown_state_filters(unknown).into())
    }
}

/// Whether the other filters let a transactional id through. As in Kafka one without a transaction counts as open since
/// before all time for the filter by duration.
fn is_asked_for(request: &ListTransactionsRequest, transaction: &Transaction, now: Timestamp) -> bool {
    let producers = &request.producer_id_filters;
    let states = &request.state_filters;
    let open_ms = now
        .0
        .saturating_sub(transaction.started.map_or(-1, |started| started.0));
    (producers.is_empty() || producers.iter().any(|id| id.0 == transaction.producer.id))
        && (states.is_empty() || states.iter().any(|state| state.as_str() == transaction.stage.name()))
        && (request.duration_filter < 0 || open_ms > request.duration_filter)
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::InitProducerIdRequest;

    use super::*;
    use crate::testing::World;

    #[test]
    fn a_pattern_lets_ids_through_that_match_it_as_a_whole() {
        // Given three transactional ids
        let mut world = World::new();
        for id in ["orders-1", "orders-2", "my-orders-1"] {
            let id = TransactionalId(StrBytes::from_static_str(id));
            let init = InitProducerIdRequest::default()
                .with_transactional_id(Some(id))
                .with_transaction_timeout_ms(60_000);
            assert_eq!(world.call(init).error_code, 0);
        }
        let mut listed = |pattern: Option<&'static str>| {
            let pattern = pattern.map(StrBytes::from_static_str);
            let request = ListTransactionsRequest::default().with_transactional_id_pattern(pattern);
            let response = world.call_at(2, request);
            (response.error_code, response.transaction_states.len())
        };
        // Then patterns choose among them, no pattern and the empty one all
        assert_eq!(listed(Some("orders-.")), (0, 2));
        assert_eq!(listed(Some("orders")), (0, 0));
        assert_eq!(listed(Some("")), (0, 3));
        assert_eq!(listed(None), (0, 3));
        assert_eq!(listed(Some("[")), (ResponseError::InvalidRegularExpression.code(), 0));
    }
}
