//! The calls of a schema registry.
//!
//! Three calls and their errors are all that is needed, and the difference between "does not know the id" and "cannot
//! answer" decides between a dead letter and a wait; so this is plain HTTP, not a library that caches and decodes.

use std::{sync::Once, time::Duration};

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::RegistryError;

/// A registry answers from memory.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// This machine.
const LOOPBACK: &str = "127.0.0.1";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The content type of the registry's API.
const CONTENT_TYPE: &str = "application/vnd.schemaregistry.v1+json";
/// How much of an answer that is no registry's is repeated in an error.
const REASON_MAX: usize = 200;

/// The id of a schema's text in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub u32);

/// A client of one registry. Clones share their connections.
#[derive(Clone, Debug)]
pub struct RegistryClient {
    base: String,
    http: Client,
}

#[derive(Serialize)]
struct Text<'a> {
    schema: &'a str,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

#[derive(Deserialize)]
struct Known {
    schema: String,
}

#[derive(Deserialize)]
struct OfSubject {
    id: u32,
    schema: String,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl RegistryClient {
    /// The client of the registry at `url`; asks nothing yet.
    ///
    /// # Errors
    /// [`RegistryError::Address`] when `url` is no HTTP address.
    pub fn new(url: &str) -> Result<Self, RegistryError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Fails only when the process has chosen its provider already, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let address = || RegistryError::Address { url: url.into() };
        let base = url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&base).map_err(|_| address())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(address());
        }
        let mut http = Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT);
        // A registry inside this machine that speaks no TLS sends nobody to one that does: the system's certificates, which
        // take a tenth of a second to read, are not needed.
        if parsed.scheme() == "http" && parsed.host_str() == Some(LOOPBACK) {
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(|_| address())?;
        Ok(Self { base, http })
    }

    /// Registers the text of an Avro schema under `subject` and returns its id; the same text gets the same id.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] when it is no schema or is incompatible with the ones before.
    pub async fn register(&self, subject: &str, text: &str) -> Result<SchemaId, RegistryError> {
        let what = format!("to register '{subject}'");
        let request = self
            .http
            .post(format!("{}/subjects/{}/versions", self.base, encoded(subject)));
        let registered: Registered = ask(request.json(&Text { schema: text }), what).await?;
        Ok(SchemaId(registered.id))
    }

    /// The text of the schema with this id.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] when the registry does not know the id.
    pub async fn by_id(&self, id: SchemaId) -> Result<String, RegistryError> {
        let request = self.http.get(format!("{}/schemas/ids/{}", self.base, id.0));
        let known: Known = ask(request, format!("the schema id {}", id.0)).await?;
        Ok(known.schema)
    }

    /// The newest schema of a subject.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] when the registry does not know the subject.
    pub async fn latest(&self, subject: &str) -> Result<(SchemaId, String), RegistryError> {
        let request = self
            .http
            .get(format!("{}/subjects/{}/versions/latest", self.base, encoded(subject)));
        let latest: OfSubject = ask(request, format!("the subject '{subject}'")).await?;
        Ok((SchemaId(latest.id), latest.schema))
    }

    /// The numbers of a subject's versions that are not deleted, in ascending order.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] when the registry does not know the subject.
    pub async fn versions(&self, subject: &str) -> Result<Vec<u32>, RegistryError> {
        let request = self
            .http
            .get(format!("{}/subjects/{}/versions", self.base, encoded(subject)));
        ask(request, format!("the subject '{subject}'")).await
    }

    /// The schema of one version of a subject.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`] when the registry does not know the version.
    pub async fn version(&self, subject: &str, version: u32) -> Result<(SchemaId, String), RegistryError> {
        let subject_path = encoded(subject);
        let request = self
            .http
            .get(format!("{}/subjects/{subject_path}/versions/{version}", self.base));
        let found: OfSubject = ask(request, format!("version {version} of the subject '{subject}'")).await?;
        Ok((SchemaId(found.id), found.schema))
    }
}

async fn ask<A: for<'de> Deserialize<'de>>(request: RequestBuilder, what: String) -> Result<A, RegistryError> {
    let unavailable = |error: reqwest::Error| RegistryError::Unavailable {
        what: what.clone(),
        reason: error.without_url().to_string(),
    };
    let response = request
        .header(reqwest::header::ACCEPT, CONTENT_TYPE)
        .send()
        .await
        .map_err(unavailable)?;
    if response.status().is_success() {
        return response.json().await.map_err(unavailable);
    }
    Err(refused(response, what).await)
}

async fn refused(response: Response, what: String) -> RegistryError {
    let status = response.status();
    let body = response.text().await.unwrap_or_default();
    let reason = serde_json::from_str::<Refusal>(&body)
        .map(|refusal| refusal.message)
        .unwrap_or_else(|_| body.chars().take(REASON_MAX).collect());
    match status {
        StatusCode::NOT_FOUND => RegistryError::Unknown { what },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => RegistryError::Unavailable { what, reason },
        _ if status.is_server_error() => RegistryError::Unavailable { what, reason },
        _ => RegistryError::Refused {
            what,
            status: status.as_u16(),
            reason,
        },
    }
}

/// The subject as one segment of a path.
fn encoded(subject: &str) -> String {
    let mut out = String::with_capacity(subject.len());
    for byte in subject.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
