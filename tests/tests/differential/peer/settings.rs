//! Settings of topics are described and altered, and topics grow, come and go.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::{
    messages::{
        AlterConfigsRequest, CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, DescribeConfigsRequest,
        IncrementalAlterConfigsRequest, TopicName, alter_configs_request, create_partitions_request,
        create_topics_request::CreatableTopic, delete_topics_request::DeleteTopicState,
        describe_configs_request::DescribeConfigsResource, incremental_alter_configs_request as incremental,
    },
    protocol::StrBytes,
};
use uuid::Uuid;

use super::{
    Peer,
    admin::{BAD_NAME, MISSING},
};
use crate::{
    aliases::error,
    steps::{Alteration, Keys, Resource},
};

/// Kafka's numbers of resources.
const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const NOTHING: i8 = 99;
/// A setting that each alteration sets to another number, so that it can be seen when all of it counts: a broker of Kafka
/// hears of it a moment after it was answered.
const SIGN: &str = "flush.ms";
/// Settings whose defaults are not Kafka's own: the node for tests has others; and the sign.
const NOT_COMPARED: [&str; 4] = ["segment.bytes", "segment.index.bytes", "min.insync.replicas", SIGN];
/// How long an alteration may take to count.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(3);

fn text(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

impl Peer {
    fn resource(&self, of: Resource) -> (i8, StrBytes) {
        match of {
            Resource::Own => (TOPIC, self.topic.0.clone()),
            Resource::Missing => (TOPIC, text(MISSING)),
            Resource::BadName => (TOPIC, text(BAD_NAME)),
            Resource::OtherNode => (BROKER, text("77")),
            Resource::AllNodes => (BROKER, text("")),
            Resource::Unknown => (NOTHING, text("x")),
        }
    }

    pub(super) fn describe_configs(&mut self, of: Resource, keys: Keys, version: i16) -> io::Result<String> {
        let keys = match keys {
            Keys::All => None,
            Keys::None => Some(vec![]),
            Keys::Some => Some(vec![
                text("retention.ms"),
                text("cleanup.policy"),
                text("no.such.setting"),
            ]),
        };
        let answer = self.settings(of, keys, version)?;
        let told = &answer.results[0];
        let mut entries: Vec<String> = told
            .configs
            .iter()
            .filter(|entry| !NOT_COMPARED.contains(&entry.name.as_str()))
            .map(|entry| {
                format!(
                    "{}={:?} from {} type {} fixed {} secret {} before {}",
                    entry.name.as_str(),
                    entry.value.as_ref().map(StrBytes::as_str),
                    entry.config_source,
                    entry.config_type,
                    entry.read_only,
                    entry.is_sensitive,
                    entry.synonyms.len()
                )
            })
            .collect();
        entries.sort();
        Ok(format!("{} {entries:?}", error(told.error_code)))
    }

    fn settings(
        &mut self,
        of: Resource,
        keys: Option<Vec<StrBytes>>,
        version: i16,
    ) -> io::Result<kafka_protocol::messages::DescribeConfigsResponse> {
        let (kind, name) = self.resource(of);
        let resource = DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(name)
            .with_configuration_keys(keys);
        let request = DescribeConfigsRequest::default()
            .with_resources(vec![resource])
            .with_include_synonyms(true);
        self.connection.call(version, &request)
    }

    /// Alters single settings, and waits until that counts.
    pub(super) fn alter(&mut self, of: Resource, what: Alteration, only_checked: bool) -> io::Result<String> {
        let (name, operation, value) = alteration(what);
        let sign = self.next_sign();
        let config = |name: &str, operation: i8, value: Option<&str>| {
            incremental::AlterableConfig::default()
                .with_name(StrBytes::from_string(name.to_owned()))
                .with_config_operation(operation)
                .with_value(value.map(|value| StrBytes::from_string(value.to_owned())))
        };
        let mut configs = vec![config(name, operation, value), config(SIGN, 0, Some(&sign))];
        if matches!(what, Alteration::Twice) {
            configs.push(config(name, operation, value));
        }
        let (kind, resource) = self.resource(of);
        let resource = incremental::AlterConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(resource)
            .with_configs(configs);
        let request = IncrementalAlterConfigsRequest::default()
            .with_resources(vec![resource])
            .with_validate_only(only_checked);
        let code = self.connection.call(1, &request)?.responses[0].error_code;
        self.altered(code, &sign, only_checked)
    }

    /// Replaces all settings, and waits until that counts.
    pub(super) fn replace(&mut self, of: Resource, what: Alteration, only_checked: bool) -> io::Result<String> {
        let (name, _, value) = alteration(what);
        let sign = self.next_sign();
        let config = |name: &str, value: Option<&str>| {
            alter_configs_request::AlterableConfig::default()
                .with_name(StrBytes::from_string(name.to_owned()))
                .with_value(value.map(|value| StrBytes::from_string(value.to_owned())))
        };
        let (kind, resource) = self.resource(of);
        let resource = alter_configs_request::AlterConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(resource)
            .with_configs(vec![config(name, value), config(SIGN, Some(&sign))]);
        let request = AlterConfigsRequest::default()
            .with_resources(vec![resource])
            .with_validate_only(only_checked);
        let code = self.connection.call(2, &request)?.responses[0].error_code;
        self.altered(code, &sign, only_checked)
    }

    fn next_sign(&mut self) -> String {
        self.signs += 1;
        (1_000_000 + self.signs).to_string()
    }

    fn altered(&mut self, code: i16, sign: &str, only_checked: bool) -> io::Result<String> {
        if code == 0 && !only_checked {
            self.await_all("settings", |peer| {
                let answer = peer.settings(Resource::Own, Some(vec![text(SIGN)]), 4)?;
                let value = answer.results[0].configs.first().and_then(|entry| entry.value.clone());
                Ok(value.is_some_and(|value| value.as_str() == sign))
            })?;
        }
        Ok(format!("{} ", error(code)))
    }

    /// Gives the topic more partitions, and waits until they are there.
    pub(super) fn grow(&mut self, count: i32, only_checked: bool) -> io::Result<String> {
        let topic = create_partitions_request::CreatePartitionsTopic::default()
            .with_name(self.topic.clone())
            .with_count(count);
        let request = CreatePartitionsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000)
            .with_validate_only(only_checked);
        let code = self.connection.call(3, &request)?.results[0].error_code;
        if code == 0 && !only_checked {
            self.await_all("partitions", |peer| {
                let told = peer.ask_metadata(Some(peer.topic.clone()), Uuid::nil())?;
                let partitions = &told.topics[0].partitions;
                let led = partitions.iter().filter(|partition| partition.error_code == 0);
                Ok(led.count() == count as usize && peer.is_led(count - 1)?)
            })?;
        }
        Ok(format!("{} ", error(code)))
    }

    fn other(&self) -> TopicName {
        TopicName(StrBytes::from_string(format!("{}-other", self.topic.as_str())))
    }

    /// Creates another topic.
    pub(super) fn create_other(&mut self) -> io::Result<String> {
        let topic = CreatableTopic::default()
            .with_name(self.other())
            .with_num_partitions(3)
            .with_replication_factor(1);
        let request = CreateTopicsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000);
        let answer = self.connection.call(7, &request)?;
        let told = &answer.topics[0];
        Ok(format!("{} partitions {}", error(told.error_code), told.num_partitions))
    }

    /// Deletes that other topic.
    pub(super) fn delete_other(&mut self) -> io::Result<String> {
        let name = self.other();
        self.delete(name)
    }

    /// Deletes the sequence's own topic, and waits until it is gone.
    pub(super) fn delete_own(&mut self) -> io::Result<String> {
        let told = self.delete(self.topic.clone())?;
        self.await_all("the topic's end", |peer| {
            let told = peer.ask_metadata(Some(peer.topic.clone()), Uuid::nil())?;
            Ok(told.topics[0].error_code != 0 && !peer.is_led(0)? && !peer.is_led(1)?)
        })?;
        Ok(told)
    }

    fn delete(&mut self, name: TopicName) -> io::Result<String> {
        let topic = DeleteTopicState::default().with_name(Some(name));
        let request = DeleteTopicsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000);
        let code = self.connection.call(6, &request)?.responses[0].error_code;
        Ok(format!("{} ", error(code)))
    }

    fn await_all(&mut self, what: &str, settled: impl Fn(&mut Self) -> io::Result<bool>) -> io::Result<()> {
        let end = Instant::now() + SETTLE_TIME_MAX;
        while !settled(self)? {
            assert!(Instant::now() < end, "{what} of {:?} do not settle", self.topic);
            sleep(PAUSE);
        }
        Ok(())
    }
}

/// The setting, what is done to it in Kafka's numbering, and the value.
fn alteration(what: Alteration) -> (&'static str, i8, Option<&'static str>) {
    const SET: i8 = 0;
    const DELETE: i8 = 1;
    const APPEND: i8 = 2;
    const SUBTRACT: i8 = 3;
    match what {
        Alteration::Retention | Alteration::Twice => ("retention.ms", SET, Some("86400000")),
        Alteration::RetentionAgain => ("retention.ms", SET, Some("604800000")),
        Alteration::DefaultRetention => ("retention.ms", DELETE, None),
        Alteration::Policy => ("cleanup.policy", SET, Some("compact,delete")),
        Alteration::MorePolicy => ("cleanup.policy", APPEND, Some("compact")),
        Alteration::LessPolicy => ("cleanup.policy", SUBTRACT, Some("compact")),
        Alteration::NoPolicy => ("cleanup.policy", SET, Some("neither")),
        Alteration::BadValue => ("retention.ms", SET, Some("soon")),
        Alteration::NullValue => ("retention.ms", SET, None),
        Alteration::UnknownSetting => ("no.such.setting", SET, Some("1")),
        Alteration::NotAList => ("retention.ms", APPEND, Some("86400001")),
        Alteration::UnknownOperation => ("retention.ms", 9, Some("86400001")),
    }
}
