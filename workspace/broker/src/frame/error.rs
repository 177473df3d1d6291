//! Why a frame is refused.

/// Why a frame is refused. Kafka closes the connection of whoever sends such.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The frame is larger than its kind of request may be.
    #[error("a frame of {bytes} bytes, of {max} at most")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// What is allowed.
        max: usize,
    },
    /// The frame is too short for a request's header, or its header is not one.
    #[error("the frame has no request header")]
    NoHeader,
    /// A request that the broker does not take.
    #[error("request {api_key} in version {version} is not served here")]
    Unsupported {
        /// Which request.
        api_key: i16,
        /// In which version.
        version: i16,
    },
    /// The body is not what its header says.
    #[error("the body of request {api_key} in version {version} cannot be read")]
    Body {
        /// Which request.
        api_key: i16,
        /// In which version.
        version: i16,
        /// What was wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A response cannot be said in the version that its client speaks.
    #[error("a response cannot be written in version {version}")]
    Response {
        /// In which version.
        version: i16,
        /// What was wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
