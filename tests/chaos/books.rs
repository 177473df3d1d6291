//! What the business has to say at the end: every order has ended as it had to, was charged once or not at all, and took
//! its pieces from the stock once or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use palinode_sandbox::shop::Component;

use crate::{
    orders::{Apps, Ending, Placed},
    world::World,
};

/// How often open orders are asked for.
const LOOK: Duration = Duration::from_millis(250);
/// Problems that are told of each sort.
const TOLD_MAX: usize = 20;

/// How orders ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) by_status: BTreeMap<String, String>,
    /// What is wrong with that.
    pub(crate) problems: Vec<String>,
}

/// Waits until all orders have ended.
pub(crate) fn await_ended(
    apps: &Apps,
    orders: &[Placed],
    before: &BTreeMap<String, String>,
    at_most: Duration,
) -> Ended {
    let deadline = Instant::now() + at_most;
    let mut ended = Ended {
        by_status: before.clone(),
        problems: Vec::new(),
    };
    let mut open: Vec<&Placed> = orders.iter().filter(|order| !before.contains_key(&order.id)).collect();
    loop {
        open.retain(|order| match apps.status(&order.id) {
            Some(status) if matches!(status.as_str(), "completed" | "compensated") => {
                ended.by_status.insert(order.id.clone(), status);
                false
            }
            _ => true,
        });
        if open.is_empty() || Instant::now() > deadline {
            break;
        }
        thread::sleep(LOOK);
    }
    if !open.is_empty() {
        let of = |order: &&Placed| format!("{} is {}", order.id, apps.status(&order.id).unwrap_or_default());
        let told: Vec<String> = open.iter().take(TOLD_MAX).map(of).collect();
        let problem = format!(
            "{} orders have not ended within {} s: {}",
            open.len(),
            at_most.as_secs(),
            told.join(", ")
        );
        ended.problems.push(problem);
    }
    ended
}

/// Judges the books of the services. All orders have ended.
pub(crate) fn judge(world: &World, apps: &Apps, orders: &[Placed], ended: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    let ids: BTreeSet<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    if ids.len() != orders.len() {
        problems.push(format!("{} orders share an id with another", orders.len() - ids.len()));
    }
    let is_completed = |order: &Placed| ended.get(&order.id).is_some_and(|status| status == "completed");
    for order in orders {
        let status = ended.get(&order.id).map_or("open", String::as_str);
        let is_right = match order.ending {
            Ending::Completed => status == "completed",
            Ending::Compensated => status == "compensated",
            Ending::Either => true,
        };
        if !is_right {
            problems.push(format!(
                "order {} is {status}, and has to be {:?}",
                order.id, order.ending
            ));
        }
    }
    let url = |component, path: String| format!("{}{path}", world.shop.url(component));

    let mut charged: BTreeMap<&str, i64> = BTreeMap::new();
    let mut sold: BTreeMap<&str, i64> = BTreeMap::new();
    for order in orders {
        let share = i64::from(is_completed(order));
        *charged.entry(&order.customer).or_default() += share * order.total_minor;
        *sold.entry(order.article).or_default() += share * order.quantity;
    }
    for (customer, charged) in charged {
        let account = apps.get(&url(Component::Payment, format!("/accounts/{customer}")));
        let first = world.settings().first_balance_minor;
        // An account is opened by the first payment, which may never have come.
        let found = account.map_or(Some((first, 0)), |account| {
            Some((account["balance_minor"].as_i64()?, account["reserved_minor"].as_i64()?))
        });
        if found != Some((first - charged, 0)) {
            problems.push(format!(
                "the account of {customer} has {found:?} (balance, reserved), and {:?} is right",
                (first - charged, 0)
            ));
        }
    }
    for (article, sold) in sold.iter().filter(|(article, _)| **article != "sold-out") {
        let stock = apps.get(&url(Component::Warehouse, format!("/stock/{article}")));
        let reserved = stock.and_then(|stock| stock["reserved"].as_i64());
        if reserved != Some(*sold) {
            problems.push(format!(
                "{reserved:?} pieces of {article} are taken, and {sold} were sold"
            ));
        }
    }
    problems.truncate(TOLD_MAX);
    problems
}

/// Whether a carrier has exactly the orders that were completed.
pub(crate) fn judge_shipped(
    world: &World,
    apps: &Apps,
    orders: &[Placed],
    ended: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for order in orders {
        let url = format!("{}/consignments/{}", world.shop.url(Component::Shipment), order.id);
        let is_shipped = apps.get(&url).is_some();
        let is_completed = ended.get(&order.id).is_some_and(|status| status == "completed");
        if is_shipped != is_completed {
            problems.push(format!(
                "order {}: shipped {is_shipped}, completed {is_completed}",
                order.id
            ));
        }
    }
    problems.truncate(TOLD_MAX);
    problems
}
