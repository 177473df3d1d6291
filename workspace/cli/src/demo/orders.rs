//! Placing orders over HTTP, as a mobile app does, and looking at them.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use super::world::World;

/// Requests at the same time: a busy hour of a shop, and less than the order service's queue.
const IN_FLIGHT_MAX: usize = 32;
/// The order service answers from its database.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// Every so many requests are sent twice, as an app does that had no answer.
const REPEAT_EVERY: usize = 20;

/// An order as the order service tells it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Order {
    pub(super) order_id: String,
    pub(super) order_number: String,
    pub(super) status: String,
    pub(super) reason: Option<String>,
    pub(super) message: String,
    /// The milestones that it passed.
    pub(super) history: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Placed {
    order_id: String,
}

/// Places `count` orders; gives their ids.
pub(super) async fn place_all(world: &World, count: usize) -> anyhow::Result<Vec<String>> {
    let client = client()?;
    let url: Arc<str> = world.orders_url().into();
    let places = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let mut placing = JoinSet::new();
    for number in 0..count {
        let (client, url, places) = (client.clone(), Arc::clone(&url), Arc::clone(&places));
        placing.spawn(async move {
            let _place = places.acquire().await?;
            let first = place(&client, &url, number).await?;
            if number % REPEAT_EVERY == 0 {
                let again = place(&client, &url, number).await?;
                ensure!(
                    first == again,
                    "the same request was answered by {first} and by {again}"
                );
            }
            Ok(first)
        });
    }
    let mut ids = Vec::with_capacity(count);
    while let Some(placed) = placing.join_next().await {
        ids.push(placed.context("placing an order broke off")??);
    }
    Ok(ids)
}

/// Looks at all orders.
pub(super) async fn look_at_all(world: &World, ids: &[String]) -> anyhow::Result<Vec<Order>> {
    let client = client()?;
    let places = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let mut looking = JoinSet::new();
    for id in ids {
        let (client, places, url) = (
            client.clone(),
            Arc::clone(&places),
            format!("{}/{id}", world.orders_url()),
        );
        looking.spawn(async move {
            let _place = places.acquire().await?;
            anyhow::Ok(
                client
                    .get(url)
                    .send()
                    .await?
                    .error_for_status()?
                    .json::<Order>()
                    .await?,
            )
        });
    }
    let mut orders = Vec::with_capacity(ids.len());
    while let Some(order) = looking.join_next().await {
        orders.push(order.context("looking at an order broke off")??);
    }
    orders.sort_by(|a, b| a.order_number.cmp(&b.order_number));
    Ok(orders)
}

fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().timeout(ANSWER_WAIT).build()?)
}

async fn place(client: &Client, url: &str, number: usize) -> anyhow::Result<String> {
    let (customer, sku) = wish(number);
    let body = json!({
        "customer_id": customer,
        "customer_name": format!("Customer {number}"),
        "items": [{ "sku": sku, "quantity": 1 + number % 3 }],
        "total_minor": 1_000 + (number % 50) * 10,
        "currency": "EUR",
    });
    let answer = client
        .post(url)
        .header("Idempotency-Key", format!("demo-{number}"))
        .json(&body)
        .send()
        .await
        .context("the order service did not answer")?;
    let status = answer.status();
    ensure!(
        status == StatusCode::CREATED || status == StatusCode::OK,
        "the order service answered {status}: {}",
        answer.text().await.unwrap_or_default()
    );
    Ok(answer.json::<Placed>().await?.order_id)
}

/// Who orders what: most orders go well, and of twenty one each fails in its own way.
fn wish(number: usize) -> (String, &'static str) {
    let customer = format!("c-{}", number % 40);
    match number % 20 {
        3 => (format!("refused-{number}"), "tea"),
        8 => (customer, "sold-out"),
        13 => (format!("unreachable-{number}"), "cup"),
        18 => (customer, "unpackable-vase"),
        even if even % 2 == 0 => (customer, "tea"),
        _ => (customer, "cup"),
    }
}
