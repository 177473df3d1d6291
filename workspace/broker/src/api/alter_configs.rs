//! AlterConfigs: all settings of topics are replaced.

use std::collections::BTreeMap;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterConfigsRequest, AlterConfigsResponse, alter_configs_request::AlterConfigsResource,
        alter_configs_response::AlterConfigsResourceResponse,
    },
};

use super::{repeated, resource};
use crate::{
    Broker, Call, Change, Reply,
    topics::{self, Refusal, validate},
};

impl Broker {
    pub(crate) fn alter_configs(&mut self, _call: &Call, request: AlterConfigsRequest) -> Reply {
        let resources = request.resources.iter();
        let repeated = repeated(resources.map(|asked| (asked.resource_type, asked.resource_name.clone())));
        let mut responses = Vec::with_capacity(request.resources.len());
        for asked in request.resources {
            let altered = if repeated.contains(&(asked.resource_type, asked.resource_name.clone())) {
                Err(Refusal::new(
                    ResponseError::InvalidRequest,
                    "Each resource must appear at most once.",
                ))
            } else {
                self.replace_settings(&asked, request.validate_only)
            };
            let response = AlterConfigsResourceResponse::default()
                .with_resource_type(asked.resource_type)
                .with_resource_name(asked.resource_name);
            responses.push(match altered {
                Ok(()) => response,
                Err(refusal) => response
                    .with_error_code(refusal.code())
                    .with_error_message(refusal.text()),
            });
        }
        Reply::Now(AlterConfigsResponse::default().with_responses(responses).into())
    }

    fn replace_settings(&mut self, asked: &AlterConfigsResource, validate_only: bool) -> Result<(), Refusal> {
        self.settings_to_alter(asked.resource_type, &asked.resource_name)?;
        let mut settings = BTreeMap::new();
        for config in &asked.configs {
            let Some(value) = &config.value else {
                return Err(Refusal::new(
                    ResponseError::InvalidRequest,
                    format!("Null value not supported for : {}", config.name),
                ));
            };
            settings.insert(config.name.to_string(), value.to_string());
        }
        self.configure_topic(&asked.resource_name, settings, validate_only)
    }

    /// The settings of a topic that somebody wants to change.
    pub(super) fn settings_to_alter(&self, kind: i8, name: &str) -> Result<&BTreeMap<String, String>, Refusal> {
        match kind {
            resource::TOPIC => {}
            resource::BROKER => {
                resource::check_broker(name)?;
                return Err(Refusal::new(
                    ResponseError::InvalidConfig,
                    "the settings of this broker cannot be changed while it runs",
                ));
            }
            other => return Err(resource::unexpected(other)),
        }
        self.topics.topic(name).map(|topic| &topic.overrides).ok_or_else(|| {
            Refusal::new(
                ResponseError::UnknownTopicOrPartition,
                format!("The topic '{name}' does not exist."),
            )
        })
    }

    /// Gives a topic these settings, if they are valid.
    pub(super) fn configure_topic(
        &mut self,
        name: &str,
        config: BTreeMap<String, String>,
        validate_only: bool,
    ) -> Result<(), Refusal> {
        validate(&config)?;
        let id = self.topics.topic(name).map(|topic| topic.id).filter(|_| !validate_only);
        if let Some(id) = id {
            self.change(Change::Topics(topics::Change::Configured { id, config }))?;
        }
        Ok(())
    }
}
