//! A shop on the common ground, and the ways to ask its processes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use palinode_sandbox::{
    cluster::Cluster,
    shop::{Component, Settings, Shop},
};
use serde_json::{Value, json};

use super::{Ground, chat::Chat, ground, raw::Producer};

/// An answer takes milliseconds; a process that was just killed gives none.
const ANSWER_AT_MOST: Duration = Duration::from_secs(10);

/// A shop and its surroundings.
pub(crate) struct World<'g> {
    pub(super) ground: &'g Ground,
    pub(super) settings: Settings,
    pub(super) agent: ureq::Agent,
    pub(super) producer: Producer,
    urls: BTreeMap<Component, String>,
    // Dropped in this order: the shop before what it stands on.
    shop: Mutex<Shop>,
    _broker: Arc<Cluster>,
}

impl<'g> World<'g> {
    /// A running shop called `name`, changed by `change`.
    pub(crate) fn start(ground: &'g Ground, name: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let broker = ground.broker();
        let mut settings = Settings::new(
            env!("CARGO_BIN_EXE_palinode"),
            ground::repository(),
            ground.folder().join(name),
            broker.bootstrap(),
            ground.registry.url(),
        );
        settings.topic_prefix = format!("{}{name}.", broker.topic_prefix());
        settings.webhook = ground.chat.url().to_owned();
        change(&mut settings);
        let shop = Shop::start(settings.clone()).unwrap_or_else(|error| panic!("{error}"));
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_AT_MOST))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let urls = shop
            .components()
            .into_iter()
            .map(|component| (component, shop.url(component)))
            .collect();
        let producer = Producer::new(&settings);
        Self {
            ground,
            settings,
            agent,
            producer,
            urls,
            shop: Mutex::new(shop),
            _broker: broker,
        }
    }

    /// The shop, to kill and restart its processes.
    pub(crate) fn shop(&self) -> MutexGuard<'_, Shop> {
        self.shop.lock().expect("the shop")
    }

    /// The customers' chat.
    pub(crate) fn chat(&self) -> &Chat {
        &self.ground.chat
    }

    /// How the shop was wanted.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a process answers to GET; nothing unless it is a success.
    pub(crate) fn get(&self, component: Component, path: &str) -> Option<Value> {
        let mut answer = self.agent.get(self.url(component, path)).call().ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        answer
            .status()
            .is_success()
            .then(|| serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The status and the text that a process answers to GET; nothing when nobody answers.
    pub(crate) fn ask(&self, component: Component, path: &str) -> Option<(u16, String)> {
        let mut answer = self.agent.get(self.url(component, path)).call().ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), text))
    }

    /// Changes how a service behaves.
    ///
    /// # Panics
    /// When it refuses.
    pub(crate) fn put(&self, component: Component, path: &str, body: &Value) {
        let request = self
            .agent
            .put(self.url(component, path))
            .header("content-type", "application/json");
        let answer = request.send(body.to_string()).expect("an answer");
        assert!(
            answer.status().is_success(),
            "{component} answered {} to {path}",
            answer.status()
        );
    }

    /// The account of a customer: balance and its reserved part, in minor units.
    pub(crate) fn account(&self, customer: &str) -> Option<(i64, i64)> {
        let account = self.get(Component::Payment, &format!("/accounts/{customer}"))?;
        Some((account["balance_minor"].as_i64()?, account["reserved_minor"].as_i64()?))
    }

    /// Pieces of an article that are reserved.
    pub(crate) fn reserved(&self, article: &str) -> Option<i64> {
        self.get(Component::Warehouse, &format!("/stock/{article}"))?["reserved"].as_i64()
    }

    /// Whether a carrier has the order.
    pub(crate) fn is_shipped(&self, order: &str) -> bool {
        self.get(Component::Shipment, &format!("/consignments/{order}"))
            .is_some()
    }

    /// Lets no order be packed until [`World::pack_slowly`]: whatever happens then, happens in the middle of orders.
    pub(crate) fn halt_packing(&self) {
        self.put(
            Component::Warehouse,
            "/pace",
            &json!({ "pickers": 0, "packing_millis": 10 }),
        );
    }

    /// Packs at most two hundred orders a second: when something is killed, there are still some.
    pub(crate) fn pack_slowly(&self) {
        self.put(
            Component::Warehouse,
            "/pace",
            &json!({ "pickers": 2, "packing_millis": 10 }),
        );
    }

    /// Orders that wait for a picker.
    pub(crate) fn waiting_for_a_picker(&self) -> u64 {
        self.get(Component::Warehouse, "/queue")
            .and_then(|queue| queue["depth"].as_u64())
            .unwrap_or(0)
    }

    pub(super) fn url(&self, component: Component, path: &str) -> String {
        format!("{}{path}", self.urls[&component])
    }
}
