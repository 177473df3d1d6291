//! Orders over HTTP at a steady rate, as customers' apps place them: whoever has no answer asks again under the same key.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

/// Apps that place orders at the same time: while one waits for a service that is down, others meet it as well.
pub(crate) const APPS: usize = 4;
/// An app gives up waiting and asks again.
const ANSWER_AT_MOST: Duration = Duration::from_secs(3);
/// How long an app asks again: longer than anything is down.
const ASKS_AT_MOST: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);
/// Every so many requests are sent twice.
const REPEAT_EVERY: usize = 20;
/// Customers: few, so that their accounts are used by many orders at the same time.
const CUSTOMERS: usize = 40;

/// How an order has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Compensated,
    /// It was cancelled, in time or too late.
    Either,
}

/// An order that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) article: &'static str,
    pub(crate) quantity: i64,
    pub(crate) total_minor: i64,
    pub(crate) ending: Ending,
    /// When it was taken, in milliseconds of the wall clock.
    pub(crate) at: i64,
}

/// Customers' apps.
pub(crate) struct Apps {
    url: String,
    agent: ureq::Agent,
    next: AtomicUsize,
    placed: Mutex<Vec<Placed>>,
    run: u32,
}

impl Apps {
    /// Apps that place orders at the order service.
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            agent: ureq::Agent::config_builder()
                .timeout_global(Some(ANSWER_AT_MOST))
                .http_status_as_error(false)
                .build()
                .new_agent(),
            next: AtomicUsize::new(0),
            placed: Mutex::default(),
            run: std::process::id(),
        }
    }

    /// One app's part of so many orders a second, until the end is asked for.
    pub(crate) fn place_until(&self, ended: &AtomicBool, rate: usize) -> anyhow::Result<()> {
        let every = Duration::from_secs(1) * u32::try_from(APPS)? / u32::try_from(rate.max(1))?;
        let mut next = Instant::now();
        while !ended.load(Ordering::Relaxed) {
            self.place(self.next.fetch_add(1, Ordering::Relaxed))?;
            // What could not be placed while the service was down is not made up for.
            next = (next + every).max(Instant::now());
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    /// The orders that were taken so far.
    pub(crate) fn placed(&self) -> Vec<Placed> {
        self.placed.lock().map(|placed| placed.clone()).unwrap_or_default()
    }

    /// The status of an order; none without an answer.
    pub(crate) fn status(&self, id: &str) -> Option<String> {
        let order = self.get(&format!("{}/orders/{id}", self.url))?;
        Some(order["status"].as_str()?.to_owned())
    }

    /// What a service answers to GET; none unless it is a success.
    pub(crate) fn get(&self, url: &str) -> Option<Value> {
        let mut answer = self.agent.get(url).call().ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        answer.status().is_success().then(|| serde_json::from_str(&text).ok())?
    }

    fn place(&self, number: usize) -> anyhow::Result<()> {
        let mut placed = wish(number);
        let body = json!({
            "customer_id": placed.customer,
            "customer_name": format!("Customer {number}"),
            "items": [{ "sku": placed.article, "quantity": placed.quantity }],
            "total_minor": placed.total_minor,
            "currency": "EUR",
        })
        .to_string();
        let key = format!("chaos-{}-{number}", self.run);
        placed.id = self.insist("/orders", &key, &body)?;
        placed.at = now();
        if number.is_multiple_of(REPEAT_EVERY) {
            let again = self.insist("/orders", &key, &body)?;
            ensure!(
                placed.id == again,
                "the same request was answered by {} and by {again}",
                placed.id
            );
        }
        if placed.ending == Ending::Either {
            self.insist(&format!("/orders/{}/cancel", placed.id), &key, "")?;
        }
        self.placed
            .lock()
            .map_err(|_| anyhow::anyhow!("an app panicked"))?
            .push(placed);
        Ok(())
    }

    /// Asks until there is an answer; gives the id of the order.
    fn insist(&self, path: &str, key: &str, body: &str) -> anyhow::Result<String> {
        let began = Instant::now();
        loop {
            let request = self
                .agent
                .post(format!("{}{path}", self.url))
                .header("content-type", "application/json")
                .header("idempotency-key", key);
            if let Ok(mut answer) = request.send(body) {
                let (status, text) = (answer.status().as_u16(), answer.body_mut().read_to_string());
                match (status, text) {
                    (201 | 202, Ok(text)) => {
                        let placed: Value = serde_json::from_str(&text)?;
                        return Ok(placed["order_id"].as_str().context("no id")?.to_owned());
                    }
                    // A request under the same key is under way, or the service is not ready.
                    (409 | 503, _) | (_, Err(_)) => {}
                    (status, Ok(text)) => bail!("{path} was answered by {status}: {text}"),
                }
            }
            ensure!(began.elapsed() < ASKS_AT_MOST, "{path} was not answered");
            thread::sleep(PAUSE);
        }
    }
}

/// Who orders what: most orders go well, and of twenty one each fails in its own way, and one is cancelled.
fn wish(number: usize) -> Placed {
    let customer = format!("c-{}", number % CUSTOMERS);
    let failing = Ending::Compensated;
    let (customer, article, ending) = match number % 20 {
        3 => (format!("refused-{number}"), "tea", failing),
        6 => (customer, "cup", Ending::Either),
        8 => (customer, "sold-out", failing),
        13 => (format!("unreachable-{number}"), "cup", failing),
        18 => (customer, "unpackable-vase", failing),
        even if even % 2 == 0 => (customer, "tea", Ending::Completed),
        _ => (customer, "cup", Ending::Completed),
    };
    Placed {
        id: String::new(),
        customer,
        article,
        quantity: 1 + i64::try_from(number % 3).unwrap_or(0),
        total_minor: 1_000 + i64::try_from(number % 50).unwrap_or(0) * 10,
        ending,
        at: 0,
    }
}

/// Milliseconds of the wall clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
