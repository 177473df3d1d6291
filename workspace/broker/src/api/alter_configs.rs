//! AlterConfigs: all settings of topics are replaced.

use std::collections::BTreeMap;

use kafka_protocol::messages::{
    AlterConfigsRequest, AlterConfigsResponse, alter_configs_request::AlterConfigsResource,
    alter_configs_response::AlterConfigsResourceResponse,
};

use super::altered::{self, Repeated};
use crate::{Broker, Call, Reply, topics::Refusal};

impl Broker {
    pub(crate) fn alter_configs(&mut self, _call: &Call, request: AlterConfigsRequest) -> Reply {
        let resources = request.resources.iter();
        let repeated = Repeated::among(resources.map(|asked| (asked.resource_type, asked.resource_name.clone())));
        let mut responses = Vec::with_capacity(request.resources.len());
        for asked in request.resources {
            let altered = repeated
                .check(asked.resource_type, &asked.resource_name)
                .and_then(|()| self.replace_settings(&asked, request.validate_only));
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
            let value = altered::value(&config.name, config.value.as_ref())?;
            settings.insert(config.name.to_string(), value);
        }
        self.configure_topic(&asked.resource_name, settings, validate_only)
    }
}
