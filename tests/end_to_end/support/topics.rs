//! What stands on the topics.

use palinode_log::{
    Consumed,
    kafka::{Settings, scan},
};

use super::World;

/// The topics on which the business speaks, commands and all.
pub(crate) const BUSINESS: [&str; 9] = [
    "orders.events",
    "orders.requests",
    "orders.status",
    "payments.commands",
    "payments.events",
    "warehouse.commands",
    "warehouse.events",
    "shipments.commands",
    "shipments.events",
];

impl World<'_> {
    /// The committed records of a topic, partition by partition in order.
    pub(crate) fn records(&self, topic: &str) -> Vec<Consumed> {
        let settings = Settings::new(self.settings.bootstrap_servers.as_str());
        let mut records = Vec::new();
        scan(&settings, &[self.topic(topic)], None, |record| records.push(record)).expect("the topic");
        records
    }

    /// The records of a topic that have this key.
    pub(crate) fn records_of(&self, topic: &str, key: &str) -> Vec<Consumed> {
        let mut records = self.records(topic);
        records.retain(|record| record.key.as_deref() == Some(key.as_bytes()));
        records
    }

    /// All records of the business topics that have this key, with their topics.
    pub(crate) fn business_of(&self, key: &str) -> Vec<(&'static str, Consumed)> {
        let of_topic = |topic| {
            self.records_of(topic, key)
                .into_iter()
                .map(move |record| (topic, record))
        };
        BUSINESS.into_iter().flat_map(of_topic).collect()
    }

    /// The full name of a topic.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.settings.topic_prefix)
    }
}

/// The text of a record's header.
pub(crate) fn header<'r>(record: &'r Consumed, name: &str) -> Option<&'r str> {
    let header = record.headers.iter().find(|header| &*header.name == name)?;
    std::str::from_utf8(&header.value).ok()
}
