//! IncrementalAlterConfigs: single settings of topics change.

use std::collections::BTreeMap;

use kafka_protocol::{
    ResponseError,
    messages::{
        IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
        incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
        incremental_alter_configs_response::AlterConfigsResourceResponse,
    },
};

use super::{
    altered::{self, Repeated},
    repeated,
};
use crate::{
    Broker, Call, Reply,
    topics::{Key, Kind, Refusal},
};

/// What is done to a setting, in Kafka's numbering (`AlterConfigOp.OpType`).
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

impl Broker {
    pub(crate) fn incremental_alter_configs(&mut self, _call: &Call, request: IncrementalAlterConfigsRequest) -> Reply {
        let resources = request.resources.iter();
        let repeated = Repeated::among(resources.map(|asked| (asked.resource_type, asked.resource_name.clone())));
        let mut responses = Vec::with_capacity(request.resources.len());
        for asked in request.resources {
            let altered = repeated
                .check(asked.resource_type, &asked.resource_name)
                .and_then(|()| self.alter_single(&asked, request.validate_only));
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
        Reply::Now(
            IncrementalAlterConfigsResponse::default()
                .with_responses(responses)
                .into(),
        )
    }

    fn alter_single(&mut self, asked: &AlterConfigsResource, validate_only: bool) -> Result<(), Refusal> {
        let names = repeated(asked.configs.iter().map(|config| config.name.clone()));
        if !names.is_empty() {
            return Err(Refusal::new(
                ResponseError::InvalidRequest,
                "Error due to duplicate config keys",
            ));
        }
        let mut settings = self
            .settings_to_alter(asked.resource_type, &asked.resource_name)?
            .clone();
        for config in &asked.configs {
            alter(&mut settings, config)?;
        }
        self.configure_topic(&asked.resource_name, settings, validate_only)
    }
}

fn alter(settings: &mut BTreeMap<String, String>, asked: &AlterableConfig) -> Result<(), Refusal> {
    let name = asked.name.to_string();
    if asked.config_operation == DELETE {
        settings.remove(&name);
        return Ok(());
    }
    let value = altered::value(&asked.name, asked.value.as_ref())?;
    let altered = match asked.config_operation {
        SET => value,
        APPEND | SUBTRACT => alter_list(settings, asked, &value)?,
        other => {
            return Err(Refusal::new(
                ResponseError::InvalidRequest,
                format!("Unknown operation type {other}"),
            ));
        }
    };
    settings.insert(name, altered);
    Ok(())
}

/// The list that a setting is after words came to it or went from it.
fn alter_list(settings: &BTreeMap<String, String>, asked: &AlterableConfig, value: &str) -> Result<String, Refusal> {
    let name = &*asked.name;
    let Some(key) = Key::named(name).filter(|key| key.kind == Kind::List) else {
        let operation = if asked.config_operation == APPEND {
            "APPEND"
        } else {
            "SUBTRACT"
        };
        return Err(Refusal::new(
            ResponseError::InvalidConfig,
            format!("Can't {operation} to key {name} because its type is not LIST."),
        ));
    };
    let before = settings.get(name).map_or(key.default, String::as_str);
    let mut words: Vec<&str> = before.split(',').filter(|word| !word.is_empty()).collect();
    for word in value.split(',') {
        match asked.config_operation {
            APPEND if !words.contains(&word) => words.push(word),
            SUBTRACT => words.retain(|other| *other != word),
            _ => {}
        }
    }
    Ok(words.join(","))
}

#[cfg(test)]
#[path = "alter_configs_tests.rs"]
mod tests;
