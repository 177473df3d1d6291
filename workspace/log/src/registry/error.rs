//! What can go wrong between us and the registry.

use thiserror::Error;

/// An error of a call to the registry.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The address of the registry is none.
    #[error("'{url}' is not the address of a registry")]
    Address {
        /// What was given.
        url: String,
    },
    /// The registry does not know the id or the subject.
    #[error("the registry does not know {what}")]
    Unknown {
        /// What was asked for.
        what: String,
    },
    /// The registry refused.
    #[error("the registry refused {what}: {reason} (HTTP {status})")]
    Refused {
        /// What was asked.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The registry's words.
        reason: String,
    },
    /// The registry did not answer, or said that it cannot for the moment.
    #[error("the registry did not answer: {what}: {reason}")]
    Unavailable {
        /// What was asked.
        what: String,
        /// Why.
        reason: String,
    },
}

impl RegistryError {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "REGISTRY_ADDRESS",
            Self::Unknown { .. } => "REGISTRY_UNKNOWN",
            Self::Refused { .. } => "REGISTRY_REFUSED",
            Self::Unavailable { .. } => "REGISTRY_UNAVAILABLE",
        }
    }

    /// Whether the same call may succeed later. An id that is unknown may: registries replicate.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
