//! The webhook: one HTTP POST a message.

use std::time::Duration;

use palinode_participant::Error;
use reqwest::{Client, StatusCode, Url, header};

use crate::ChatMessage;

/// How long one delivery may take before it counts as failed.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What became of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The webhook has the message.
    Taken,
    /// The webhook will never take this message, for this reason.
    Refused(String),
    /// The webhook takes no messages for now; it may have this one all the same.
    Unavailable {
        /// What is known.
        reason: String,
        /// How long it wants to be left alone.
        asked: Option<Duration>,
    },
}

/// Posts messages. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    client: Client,
    url: Url,
}

impl Webhook {
    /// A webhook at `url`.
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        // An earlier choice of the process stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let refused = |reason: String| Error::Setting {
            name: "webhook",
            reason,
        };
        let url = Url::parse(url).map_err(|error| refused(format!("'{url}' is no address: {error}")))?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self { client, url })
    }

    /// Posts one message. The id also stands in the header that HTTP knows for repeats.
    pub(crate) async fn post(&self, message: &ChatMessage) -> Delivery {
        let request = self
            .client
            .post(self.url.clone())
            .header("idempotency-key", format!("\"{}\"", message.message_id));
        match request.json(message).send().await {
            Ok(response) => classify(response.status(), response.headers()),
            Err(error) => Delivery::Unavailable {
                reason: chain(&error),
                asked: None,
            },
        }
    }
}

/// Only answers that speak of the message itself refuse it. All others, a wrong token too, speak of the webhook: they
/// are tried again, so that a wrong setting loses nothing.
fn classify(status: StatusCode, headers: &header::HeaderMap) -> Delivery {
    match status {
        status if status.is_success() => Delivery::Taken,
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
            Delivery::Refused(status.to_string())
        }
        status => {
            let asked = headers
                .get(header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.parse().ok());
            Delivery::Unavailable {
                reason: status.to_string(),
                asked: asked.map(Duration::from_secs),
            }
        }
    }
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_message_refuses_it() {
        let answer = |status: u16| classify(StatusCode::from_u16(status).unwrap(), &header::HeaderMap::new());
        assert_eq!(answer(204), Delivery::Taken);
        assert!(matches!(answer(422), Delivery::Refused(_)));
        for status in [301, 401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(answer(status), Delivery::Unavailable { .. }), "{status}");
        }
    }

    #[test]
    fn a_webhook_that_wants_a_pause_is_heard() {
        let mut headers = header::HeaderMap::new();
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("7"));
        let Delivery::Unavailable { asked, .. } = classify(StatusCode::TOO_MANY_REQUESTS, &headers) else {
            panic!()
        };
        assert_eq!(asked, Some(Duration::from_secs(7)));
    }
}
