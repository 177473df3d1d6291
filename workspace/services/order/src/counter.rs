//! The counter: what is done for each request, inside the writer's transaction.
//!
//! What is stored and what is announced commit together: the outbox is part of the same transaction.

use std::time::Duration;

use palinode_participant::{Composer, HandlerError, Outbox};
use rusqlite::Transaction;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Millis, Placement, Wish,
    events::{self, OrderPlaced},
    idempotency::{Fingerprint, IdempotencyKey},
    order::{PLACED, is_final, time_text},
    problem::Problem,
    tables::{self, NewOrder, Stored},
    trace::CallIds,
};

/// How long the answer under an idempotency key is kept: longer than any client goes on repeating.
pub const ANSWERS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Old answers that one batch forgets, so that tidying never holds customers up.
const FORGOTTEN_PER_BATCH_MAX: usize = 100;

/// A request for the counter.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Place an order.
    Place {
        placement: Placement,
        key: IdempotencyKey,
        fingerprint: Fingerprint,
    },
    /// Pass a wish on.
    Wish { order_id: String, wish: Wish },
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// An order was placed; the body of the answer.
    Placed { order_id: String, body: String },
    /// The order had been placed; the body of the first answer.
    Repeated { order_id: String, body: String },
    /// The wish is on its way.
    Wished { status: String },
}

/// Works inside transactions of the writer.
pub(crate) struct Counter {
    composer: Composer,
    delivery_promise: Duration,
}

/// The body of the answer to a placed order.
#[derive(Serialize)]
struct Placed<'a> {
    order_id: &'a str,
    order_number: String,
    promised_delivery_at: String,
    status: &'static str,
    links: Links,
}

/// Where a customer goes from here.
#[derive(Serialize)]
pub(crate) struct Links {
    #[serde(rename = "self")]
    order: String,
    payment: String,
    cancel: String,
}

impl Links {
    /// The links of an order.
    pub(crate) fn of(order_id: &str) -> Self {
        Self {
            order: format!("/orders/{order_id}"),
            payment: format!("/orders/{order_id}/payment"),
            cancel: format!("/orders/{order_id}/cancel"),
        }
    }
}

/// An order's number as people say it.
pub(crate) fn number_text(number: i64) -> String {
    format!("P-{number:07}")
}

impl Counter {
    pub(crate) fn new(composer: Composer, delivery_promise: Duration) -> Self {
        Self {
            composer,
            delivery_promise,
        }
    }

    /// Does what `request` asks. A problem is an answer like any other; an error has the request undone.
    pub(crate) fn serve(
        &self,
        tx: &Transaction<'_>,
        request: &Request,
        ids: &CallIds,
        now: Millis,
    ) -> Result<Result<Done, Problem>, HandlerError> {
        match request {
            Request::Place {
                placement,
                key,
                fingerprint,
            } => self.place(tx, placement, key, fingerprint, ids, now),
            Request::Wish { order_id, wish } => self.wish(tx, order_id, wish, ids, now),
        }
    }

    /// Forgets some of the answers that are too old.
    pub(crate) fn tidy(&self, tx: &Transaction<'_>, now: Millis) -> Result<(), HandlerError> {
        tables::forget_answers(tx, now - millis(ANSWERS_KEPT), FORGOTTEN_PER_BATCH_MAX)?;
        Ok(())
    }

    fn place(
        &self,
        tx: &Transaction<'_>,
        placement: &Placement,
        key: &IdempotencyKey,
        fingerprint: &Fingerprint,
        ids: &CallIds,
        now: Millis,
    ) -> Result<Result<Done, Problem>, HandlerError> {
        match tables::stored_answer(tx, key, fingerprint)? {
            Stored::Answer { order_id, body } => return Ok(Ok(Done::Repeated { order_id, body })),
            Stored::OtherRequest => return Ok(Err(Problem::KeyReused)),
            Stored::Nothing => {}
        }
        let order_id = format!("o-{}", Uuid::new_v4());
        let promised_delivery_at = now.saturating_add(millis(self.delivery_promise));
        let number = tables::insert_order(
            tx,
            &NewOrder {
                id: &order_id,
                placement,
                placed_at: now,
                promised_delivery_at,
                correlation: &ids.correlation,
            },
        )?;
        let body = to_json(&Placed {
            order_id: &order_id,
            order_number: number_text(number),
            promised_delivery_at: time_text(promised_delivery_at),
            status: PLACED,
            links: Links::of(&order_id),
        })?;
        tables::store_answer(tx, key, fingerprint, &order_id, &body, now)?;
        let event = OrderPlaced {
            order_id: order_id.clone(),
            customer_id: placement.customer_id.clone(),
            customer_name: placement.customer_name.clone(),
            items: placement.items.clone(),
            total_minor: placement.total_minor,
            currency: placement.currency.clone(),
            promised_delivery_at,
            placed_at: now,
        };
        Outbox::put(tx, &events::order_placed(&self.composer, &event, ids)?)?;
        Ok(Ok(Done::Placed { order_id, body }))
    }

    fn wish(
        &self,
        tx: &Transaction<'_>,
        order_id: &str,
        wish: &Wish,
        ids: &CallIds,
        now: Millis,
    ) -> Result<Result<Done, Problem>, HandlerError> {
        let Some(standing) = tables::count_wish(tx, order_id)? else {
            return Ok(Err(Problem::UnknownOrder));
        };
        if is_final(&standing.status) {
            return Ok(Err(Problem::OrderEnded {
                status: standing.status,
            }));
        }
        let ids = CallIds {
            correlation: standing.correlation,
            ..ids.clone()
        };
        Outbox::put(
            tx,
            &events::wish(&self.composer, order_id, wish, standing.wish, &ids, now)?,
        )?;
        Ok(Ok(Done::Wished {
            status: standing.status,
        }))
    }
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

fn to_json<T: Serialize>(value: &T) -> Result<String, HandlerError> {
    serde_json::to_string(value).map_err(|error| HandlerError::unreadable(error.to_string()))
}
