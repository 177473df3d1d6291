//! The rate of the whole demo: every reference service with its database, orders over HTTP.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, ensure};
use palinode_sandbox::shop::{Component, Shop};
use reqwest::{StatusCode, blocking::Client};
use serde_json::json;

use super::{
    arguments::Arguments,
    figures::{Figures, short},
    ground::Ground,
    orders::{AMOUNT_MINOR, CURRENCY, QUANTITY, SKU},
    outcomes::Outcomes,
};

/// What stands before the topics of the demo.
const PREFIX: &str = "demo.";
/// Customers who order at the same time.
const CUSTOMERS: u32 = 16;
/// The order service answers from its database.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Measures all runs.
pub(super) fn measure(ground: &Ground, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let mut settings = ground.shop(PREFIX, "demo")?;
    settings.log = "warn".into();
    let shop = Shop::start(settings)?;
    let outcomes = Outcomes::open(ground.cluster.bootstrap(), PREFIX, &ground.schemas)?;
    for number in 1..=arguments.runs() {
        let url = format!("{}/orders", shop.url(Component::Order));
        let begun = Instant::now();
        place_all(&url, number, arguments.orders)?;
        let mut seen = Vec::new();
        while seen.len() < arguments.orders as usize {
            let logs = || {
                format!(
                    "{} orders have ended; see {}",
                    seen.len(),
                    shop.settings().folder.display()
                )
            };
            seen.push(outcomes.next().with_context(logs)?);
        }
        let took = seen.last().map_or(Duration::ZERO, |last| last.at - begun);
        outcomes.check(&seen, arguments.orders as usize)?;
        let rate = f64::from(arguments.orders) / took.as_secs_f64();
        println!("whole demo {number}: {} orders/s", short(rate));
        figures.add("whole demo, orders by HTTP", "orders/s", None, rate);
    }
    Ok(())
}

/// Places the orders, several at a time.
fn place_all(url: &str, run: u32, orders: u32) -> anyhow::Result<()> {
    let client = Client::builder().timeout(ANSWER_WAIT).build()?;
    let next = AtomicU32::new(0);
    let customer = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= orders {
            return anyhow::Ok(());
        }
        place(&client, url, run, number)?;
    };
    thread::scope(|scope| {
        let customers: Vec<_> = (0..CUSTOMERS).map(|_| scope.spawn(customer)).collect();
        customers
            .into_iter()
            .try_for_each(|it| it.join().map_err(|_| anyhow!("a customer panicked"))?)
    })
}

fn place(client: &Client, url: &str, run: u32, number: u32) -> anyhow::Result<()> {
    let order = json!({
        "customer_id": format!("customer-{}", number % 100),
        "customer_name": "Ada Lovelace",
        "items": [{"sku": SKU, "quantity": QUANTITY}],
        "total_minor": AMOUNT_MINOR,
        "currency": CURRENCY,
    });
    let request = client
        .post(url)
        .header("Idempotency-Key", format!("bench-{run}-{number:08}"))
        .json(&order);
    let answer = request.send().context("the order service does not answer")?;
    ensure!(
        answer.status() == StatusCode::CREATED,
        "the order service answered {}",
        answer.status()
    );
    Ok(())
}
