//! ListTransactions: all transactional ids, or some.

use kafka_protocol::{
    messages::{
        ListTransactionsRequest, ListTransactionsResponse, ProducerId, TransactionalId,
        list_transactions_response::TransactionState,
    },
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, Timestamp, transactions::Transaction};

impl Broker {
    pub(crate) fn list_transactions(&mut self, call: &Call, request: ListTransactionsRequest) -> Reply {
        let found = self
            .transactions
            .iter()
            .filter(|(_, transaction)| is_asked_for(&request, transaction, call.now));
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

/// Whether the filters let a transactional id through. As in Kafka one without a transaction counts as open since before
/// all time for the filter by duration.
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
