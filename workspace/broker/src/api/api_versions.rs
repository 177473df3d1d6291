//! ApiVersions: which requests are served in which versions, and which features are on (KIP-584).

use kafka_protocol::{
    ResponseError,
    messages::{
        ApiVersionsRequest, ApiVersionsResponse,
        api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey},
    },
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, frame::SUPPORTED};

/// The first version in which a client names its software (KIP-511).
const NAMES_SOFTWARE: i16 = 3;
/// The first version that can say a feature which begins at 0.
const FEATURES_FROM_ZERO: i16 = 4;
/// The features and the level at which each is on: KIP-848's groups, and KIP-890's transactions in both of its parts.
const FEATURES: [(&str, i16); 2] = [("group.version", 1), ("transaction.version", 2)];

impl Broker {
    pub(crate) fn api_versions(&mut self, call: &Call, request: ApiVersionsRequest) -> Reply {
        let named = is_word(&request.client_software_name) && is_word(&request.client_software_version);
        if call.version >= NAMES_SOFTWARE && !named {
            let response = ApiVersionsResponse::default().with_error_code(ResponseError::InvalidRequest.code());
            return Reply::Now(response.into());
        }
        let apis = SUPPORTED.iter().map(|(api, versions)| {
            ApiVersion::default()
                .with_api_key(*api as i16)
                .with_min_version(versions.min)
                .with_max_version(versions.max)
        });
        let mut response = ApiVersionsResponse::default().with_api_keys(apis.collect());
        if call.version >= NAMES_SOFTWARE {
            let on = FEATURES.iter().map(|(name, level)| {
                FinalizedFeatureKey::default()
                    .with_name(StrBytes::from_static_str(name))
                    .with_min_version_level(*level)
                    .with_max_version_level(*level)
            });
            response = response
                .with_finalized_features(on.collect())
                .with_finalized_features_epoch(0);
        }
        if call.version >= FEATURES_FROM_ZERO {
            let known = FEATURES.iter().map(|(name, level)| {
                SupportedFeatureKey::default()
                    .with_name(StrBytes::from_static_str(name))
                    .with_max_version(*level)
            });
            response = response.with_supported_features(known.collect());
        }
        Reply::Now(response.into())
    }
}

/// Whether a client's software may be called so: letters, digits, '-' and '.', the last two only within.
fn is_word(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(text.chars().next())
        && edge(text.chars().last())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn every_version_lists_what_is_served_and_new_ones_the_features() {
        // Given a broker
        let mut world = World::new();
        for version in 0..=4 {
            // When a client asks in each version
            let mut request = ApiVersionsRequest::default();
            if version >= NAMES_SOFTWARE {
                request = request
                    .with_client_software_name(StrBytes::from_static_str("a-client"))
                    .with_client_software_version(StrBytes::from_static_str("1.0"));
            }
            let response = world.call_at(version, request);
            // Then it learns all requests, and the features as far as its version can say them
            assert_eq!(response.error_code, 0);
            assert_eq!(response.api_keys.len(), SUPPORTED.len());
            let features = (response.supported_features.len(), response.finalized_features.len());
            let expected = match version {
                0..NAMES_SOFTWARE => (0, 0),
                NAMES_SOFTWARE => (0, 2),
                _ => (2, 2),
            };
            assert_eq!(features, expected, "version {version}");
        }
    }

    #[test]
    fn software_without_a_proper_name_is_refused() {
        let mut world = World::new();
        let request = ApiVersionsRequest::default().with_client_software_name(StrBytes::from_static_str("-x"));
        assert_eq!(world.call(request).error_code, ResponseError::InvalidRequest.code());
    }
}
