//! DescribeConfigs: of topics and of the node.

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeConfigsRequest, DescribeConfigsResponse,
        describe_configs_request::DescribeConfigsResource,
        describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult},
    },
};

use super::{broker_settings, config_entry, resource};
use crate::{
    Broker, Call, Reply,
    topics::{KEYS, Refusal, name_fault},
};

impl Broker {
    pub(crate) fn describe_configs(&mut self, _call: &Call, request: DescribeConfigsRequest) -> Reply {
        let results = request.resources.into_iter().map(|asked| {
            let described = self.describe_resource(&asked, request.include_synonyms);
            let result = DescribeConfigsResult::default()
                .with_resource_type(asked.resource_type)
                .with_resource_name(asked.resource_name.clone());
            match described {
                Ok(configs) => result.with_configs(wanted(configs, &asked)),
                Err(refusal) => result
                    .with_error_code(refusal.code())
                    .with_error_message(refusal.text()),
            }
        });
        Reply::Now(
            DescribeConfigsResponse::default()
                .with_results(results.collect())
                .into(),
        )
    }

    fn describe_resource(
        &self,
        asked: &DescribeConfigsResource,
        synonyms: bool,
    ) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
        match asked.resource_type {
            resource::TOPIC => self.describe_topic_settings(&asked.resource_name, synonyms),
            resource::BROKER => {
                resource::check_broker(&asked.resource_name)?;
                Ok(if asked.resource_name.is_empty() {
                    // What was set for all brokers at once: nothing.
                    Vec::new()
                } else {
                    broker_settings::all(&self.settings)
                })
            }
            // Nothing can be set on groups and clients, so that nothing differs from what they do by themselves.
            resource::GROUP | resource::CLIENT_METRICS => Ok(Vec::new()),
            other => Err(resource::unexpected(other)),
        }
    }

    fn describe_topic_settings(
        &self,
        name: &str,
        synonyms: bool,
    ) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
        if let Some(fault) = name_fault(name) {
            return Err(Refusal::new(ResponseError::InvalidTopicException, fault));
        }
        let topic = self.topics.topic(name).ok_or_else(|| {
            Refusal::new(
                ResponseError::UnknownTopicOrPartition,
                "This server does not host this topic-partition.",
            )
        })?;
        let entries = KEYS.iter().map(|key| {
            let set = topic.overrides.get(key.name);
            let entry = config_entry::entry(key, set);
            match synonyms {
                true => entry.with_synonyms(config_entry::synonyms(key, set)),
                false => entry,
            }
        });
        Ok(entries.collect())
    }
}

/// The settings that were asked for; no list, or an empty one, asks for all.
fn wanted(
    mut configs: Vec<DescribeConfigsResourceResult>,
    asked: &DescribeConfigsResource,
) -> Vec<DescribeConfigsResourceResult> {
    if let Some(keys) = asked.configuration_keys.as_ref().filter(|keys| !keys.is_empty()) {
        configs.retain(|config| keys.contains(&config.name));
    }
    configs
}
