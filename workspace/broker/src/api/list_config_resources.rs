//! ListConfigResources: what has settings (KIP-1142).

use kafka_protocol::{
    ResponseError,
    messages::{
        ListConfigResourcesRequest, ListConfigResourcesResponse, list_config_resources_response::ConfigResource,
    },
    protocol::StrBytes,
};

use super::resource;
use crate::{Broker, Call, NODE_ID, Reply};

/// The first version that asks for other resources than clients' metrics.
const ALL_KINDS: i16 = 1;
/// What is listed when nothing is asked for by name.
const LISTED: [i8; 4] = [
    resource::TOPIC,
    resource::BROKER,
    resource::CLIENT_METRICS,
    resource::GROUP,
];

impl Broker {
    pub(crate) fn list_config_resources(&mut self, call: &Call, request: ListConfigResourcesRequest) -> Reply {
        let asked: &[i8] = match request.resource_types.as_slice() {
            _ if call.version < ALL_KINDS => &[resource::CLIENT_METRICS],
            [] => &LISTED,
            asked => asked,
        };
        let response = ListConfigResourcesResponse::default();
        if asked.iter().any(|kind| !LISTED.contains(kind)) {
            let code = ResponseError::UnsupportedVersion.code();
            return Reply::Now(response.with_error_code(code).into());
        }
        let mut resources = Vec::new();
        if asked.contains(&resource::TOPIC) {
            resources.extend(
                self.topics
                    .iter()
                    .map(|topic| listed(resource::TOPIC, topic.name.clone())),
            );
        }
        if asked.contains(&resource::BROKER) {
            resources.push(listed(resource::BROKER, StrBytes::from_string(NODE_ID.to_string())));
        }
        Reply::Now(response.with_config_resources(resources).into())
    }
}

fn listed(kind: i8, name: StrBytes) -> ConfigResource {
    ConfigResource::default()
        .with_resource_type(kind)
        .with_resource_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn topics_and_the_node_are_listed() {
        // Given a topic
        let mut world = World::new();
        world.topic("orders", 1);
        // When resources are listed: all, those of one kind, and in the version that knows no topics
        let all = world.call(ListConfigResourcesRequest::default());
        let topics = world.call(ListConfigResourcesRequest::default().with_resource_types(vec![resource::TOPIC]));
        let old = world.call_at(0, ListConfigResourcesRequest::default());
        // Then each has what it asked for
        let names = |response: ListConfigResourcesResponse| {
            let names = response
                .config_resources
                .iter()
                .map(|listed| listed.resource_name.to_string());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(all), ["orders", "1"]);
        assert_eq!(names(topics), ["orders"]);
        assert!(names(old).is_empty());
    }
}
