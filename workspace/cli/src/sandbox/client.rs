//! Talking to a sandbox that runs.

use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Serialize, de::DeserializeOwned};

/// The longest that a sandbox takes for an order: 100,000 start events.
const ANSWER_AT_MOST: Duration = Duration::from_secs(60);

/// The control port of a sandbox.
pub(super) struct Control {
    url: String,
    http: reqwest::blocking::Client,
}

impl Control {
    /// The sandbox that takes orders at `url`.
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let http = reqwest::blocking::Client::builder().timeout(ANSWER_AT_MOST).build()?;
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            http,
        })
    }

    /// Asks.
    pub(super) fn get<A: DeserializeOwned>(&self, path: &str) -> anyhow::Result<A> {
        self.call(self.http.get(format!("{}{path}", self.url)))
    }

    /// Orders.
    pub(super) fn post<A: DeserializeOwned>(&self, path: &str, order: &impl Serialize) -> anyhow::Result<A> {
        self.call(self.http.post(format!("{}{path}", self.url)).json(order))
    }

    /// Asks for text.
    pub(super) fn text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.answer(self.http.get(format!("{}{path}", self.url)))?.text()?)
    }

    fn call<A: DeserializeOwned>(&self, request: reqwest::blocking::RequestBuilder) -> anyhow::Result<A> {
        Ok(self.answer(request)?.json()?)
    }

    fn answer(&self, request: reqwest::blocking::RequestBuilder) -> anyhow::Result<reqwest::blocking::Response> {
        let away = || {
            format!(
                "no sandbox answers at {}; start one with 'palinode sandbox', or name it with --control",
                self.url
            )
        };
        let response = request.send().with_context(away)?;
        if !response.status().is_success() {
            bail!("the sandbox refused: {}", response.text()?);
        }
        Ok(response)
    }
}
