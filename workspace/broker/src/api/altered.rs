//! What AlterConfigs and IncrementalAlterConfigs do alike: they look for what is to be altered, and give it its settings.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{repeated, resource};
use crate::{
    Broker, Change,
    topics::{self, Refusal, validate},
};

/// The resources that a request names more than once, by kind and name.
pub(super) struct Repeated(BTreeSet<(i8, StrBytes)>);

impl Repeated {
    pub(super) fn among(resources: impl Iterator<Item = (i8, StrBytes)>) -> Self {
        Self(repeated(resources))
    }

    /// Refuses a resource that is named more than once.
    pub(super) fn check(&self, kind: i8, name: &StrBytes) -> Result<(), Refusal> {
        if self.0.contains(&(kind, name.clone())) {
            let message = "Each resource must appear at most once.";
            return Err(Refusal::new(ResponseError::InvalidRequest, message));
        }
        Ok(())
    }
}

/// The value of a setting, which must be there.
pub(super) fn value(name: &StrBytes, value: Option<&StrBytes>) -> Result<String, Refusal> {
    value.map(StrBytes::to_string).ok_or_else(|| {
        let message = format!("Null value not supported for : {}", name.as_str());
        Refusal::new(ResponseError::InvalidRequest, message)
    })
}

impl Broker {
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
