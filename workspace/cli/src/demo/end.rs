//! What became of the orders: tables, figures, the chat, and the auditor's verdict.

use std::{collections::BTreeMap, time::Duration};

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use palinode_analytics::Archive;
use palinode_audit::Expect;
use palinode_log::kafka::Settings;

use super::{orders::Order, world::World};
use crate::{Verdict, audit, cluster::Reached};

/// What stands between the class of a reason and its details: "step 'stock' was refused: Of the article …".
const DETAILS: &str = ": ";

/// How many orders ended in which way.
pub(super) fn table(orders: &[Order], took: Duration) -> String {
    let mut endings: BTreeMap<(String, String), usize> = BTreeMap::new();
    for order in orders {
        let reason = order.reason.as_deref().unwrap_or_default();
        let class = reason.split_once(DETAILS).map_or(reason, |(class, _)| class);
        *endings.entry((order.status.clone(), class.to_owned())).or_default() += 1;
    }
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["status", "orders", "why"]);
    for ((status, reason), count) in endings {
        table.add_row([status, count.to_string(), reason]);
    }
    let rate = f64::from(u32::try_from(orders.len()).unwrap_or(u32::MAX)) / took.as_secs_f64();
    format!(
        "{} orders in {:.1} s ({rate:.0} a second):\n{table}\n",
        orders.len(),
        took.as_secs_f64()
    )
}

/// What analysts see.
pub(super) fn figures(world: &World) -> anyhow::Result<String> {
    Ok(format!("Analytics:\n{}", Archive::open(&world.analytics())?.report()?))
}

/// What customers read, and how often it came.
pub(super) fn chat(world: &World) -> String {
    let received = world.chat.inbox().received();
    let last = received
        .last
        .iter()
        .rev()
        .take(3)
        .map(|message| format!("  “{}”\n", message.text))
        .collect::<String>();
    format!(
        "Chat: {} messages, {} repeats dropped. The last ones:\n{last}",
        received.distinct(),
        received.repeats
    )
}

/// Lets the auditor read all topics; prints what it found.
pub(super) fn audit(world: &World) -> anyhow::Result<Verdict> {
    let settings = world.shop.settings();
    audit::judge(&audit::Where {
        reached: Reached {
            kafka: Settings::new(settings.bootstrap_servers.as_str()),
            topic_prefix: settings.topic_prefix.clone(),
            registry: settings.registry.clone(),
        },
        definitions: vec![settings.repository.join("sagas")],
        catalog: settings.repository.join("schemas/catalog.yaml"),
        expect: Expect::Drained,
        observed: Vec::new(),
        json: false,
    })
}
