//! Orders over HTTP, as a customer's app places and follows them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use palinode_sandbox::shop::Component;
use serde_json::{Value, json};

use super::{World, eventually, eventually_within};

/// Apps that place orders at the same time.
const APPS: usize = 8;

/// An order that somebody wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) customer: String,
    pub(crate) article: String,
    pub(crate) quantity: i32,
    pub(crate) total_minor: i64,
    pub(crate) correlation: Option<(String, String)>,
}

impl Wanted {
    pub(crate) fn by(customer: impl Into<String>) -> Self {
        Self {
            customer: customer.into(),
            article: "tea".into(),
            quantity: 2,
            total_minor: 1_250,
            correlation: None,
        }
    }

    pub(crate) fn of(self, article: impl Into<String>) -> Self {
        Self {
            article: article.into(),
            ..self
        }
    }

    /// With the app's own correlation id and trace.
    pub(crate) fn traced(self, correlation: &str, traceparent: &str) -> Self {
        Self {
            correlation: Some((correlation.into(), traceparent.into())),
            ..self
        }
    }

    fn body(&self) -> Value {
        json!({
            "customer_id": self.customer,
            "customer_name": "A Customer",
            "items": [{ "sku": self.article, "quantity": self.quantity }],
            "total_minor": self.total_minor,
            "currency": "EUR",
        })
    }
}

impl World<'_> {
    /// Places an order; gives its id.
    pub(crate) fn place(&self, wanted: &Wanted) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let key = format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // An app that had no answer asks again under the same key.
        eventually("the order is taken", || self.try_place(wanted, &key))
    }

    fn try_place(&self, wanted: &Wanted, key: &str) -> Option<String> {
        let mut request = self
            .agent
            .post(self.url(Component::Order, "/orders"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        if let Some((correlation, traceparent)) = &wanted.correlation {
            request = request
                .header("correlation-id", correlation)
                .header("traceparent", traceparent);
        }
        let mut answer = request.send(wanted.body().to_string()).ok()?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().ok()?;
        if matches!(status.as_u16(), 409 | 503) {
            return None;
        }
        assert_eq!(status.as_u16(), 201, "{text}");
        if let Some((correlation, traceparent)) = &wanted.correlation {
            let header = |name| {
                answer
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
            };
            assert_eq!(header("correlation-id"), correlation);
            assert_eq!(header("traceparent").split('-').nth(1), traceparent.split('-').nth(1));
        }
        let placed: Value = serde_json::from_str(&text).expect("JSON");
        Some(placed["order_id"].as_str().expect("an id").to_owned())
    }

    /// Places many orders from several apps at the same time; gives their ids.
    pub(crate) fn place_all(&self, wanted: &[Wanted]) -> Vec<String> {
        let share = wanted.len().div_ceil(APPS).max(1);
        thread::scope(|scope| {
            let place = |part: &'_ [Wanted]| part.iter().map(|wanted| self.place(wanted)).collect::<Vec<_>>();
            let apps: Vec<_> = wanted
                .chunks(share)
                .map(|part| scope.spawn(move || place(part)))
                .collect();
            apps.into_iter().flat_map(|app| app.join().expect("an app")).collect()
        })
    }

    /// The order as the order service tells it.
    pub(crate) fn order(&self, id: &str) -> Option<Value> {
        self.get(Component::Order, &format!("/orders/{id}"))
    }

    /// The order's status.
    pub(crate) fn status(&self, id: &str) -> String {
        self.order(id)
            .and_then(|order| order["status"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits for a status; gives the order as it then is.
    pub(crate) fn await_status(&self, id: &str, status: &str) -> Value {
        eventually(&format!("the order {id} is {status}"), || {
            self.order(id).filter(|order| order["status"] == status)
        })
    }

    /// Waits until all orders have ended; gives how many were completed.
    pub(crate) fn await_ended(&self, ids: &[String], at_most: Duration) -> usize {
        let mut open: Vec<&String> = ids.iter().collect();
        let mut completed = 0;
        eventually_within(at_most, "all orders have ended", || {
            open.retain(|id| match self.status(id).as_str() {
                "completed" => {
                    completed += 1;
                    false
                }
                status => status != "compensated",
            });
            open.is_empty().then_some(())
        });
        completed
    }

    /// Asks for something about an order; gives the HTTP status.
    pub(crate) fn wish(&self, id: &str, what: &str) -> u16 {
        let url = self.url(Component::Order, &format!("/orders/{id}/{what}"));
        self.agent.post(url).send_empty().expect("an answer").status().as_u16()
    }

    /// What the orchestrator says of the saga.
    pub(crate) fn saga(&self, id: &str) -> Option<Value> {
        self.get(Component::Orchestrator(0), &format!("/sagas/order-fulfilment/{id}"))
    }
}
