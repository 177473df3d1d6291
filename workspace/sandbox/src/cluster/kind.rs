//! Which broker is wanted.

use std::{env, fmt};

use crate::{Error, Result};

/// The variable that names an existing cluster.
const BOOTSTRAP: &str = "BOOTSTRAP";

/// The variable that chooses between the embedded broker and real Kafka.
const KAFKA: &str = "KAFKA";

/// Which broker is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The embedded broker, inside this process, in memory.
    Embedded,
    /// Apache Kafka as a process of its own.
    Real,
    /// A cluster that runs already: the brokers to ask first, host:port, separated by commas.
    Existing(String),
}

impl Kind {
    /// What the environment asks for, by `BOOTSTRAP=host:port` or by `KAFKA=embedded` or `KAFKA=real`; `otherwise` when it
    /// asks for nothing.
    ///
    /// # Errors
    /// When `KAFKA` has another value.
    pub fn from_environment(otherwise: Kind) -> Result<Kind> {
        let variable = |name| env::var(name).unwrap_or_default();
        Kind::asked_for(&variable(BOOTSTRAP), &variable(KAFKA), otherwise)
    }

    fn asked_for(bootstrap: &str, kafka: &str, otherwise: Kind) -> Result<Kind> {
        match (bootstrap, kafka) {
            ("", "") => Ok(otherwise),
            ("", "embedded") => Ok(Kind::Embedded),
            ("", "real") => Ok(Kind::Real),
            ("", _) => Err(Error::KafkaUnknown { value: kafka.into() }),
            _ => Ok(Kind::Existing(bootstrap.into())),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Embedded => f.write_str("the embedded broker"),
            Kind::Real => f.write_str("Apache Kafka"),
            Kind::Existing(bootstrap) => write!(f, "the cluster at {bootstrap}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_the_broker() {
        let asked_for = |bootstrap, kafka| Kind::asked_for(bootstrap, kafka, Kind::Embedded).unwrap();

        assert_eq!(asked_for("", ""), Kind::Embedded);
        assert_eq!(asked_for("", "embedded"), Kind::Embedded);
        assert_eq!(asked_for("", "real"), Kind::Real);
        assert_eq!(asked_for("kafka-1:9092", ""), Kind::Existing("kafka-1:9092".into()));
        assert_eq!(asked_for("kafka-1:9092", "real"), Kind::Existing("kafka-1:9092".into()));
    }

    #[test]
    fn an_unknown_broker_is_refused_with_what_to_do() {
        let error = Kind::asked_for("", "Redpanda", Kind::Embedded).unwrap_err().to_string();

        assert!(error.contains("KAFKA=Redpanda"), "{error}");
        assert!(error.contains("KAFKA=real"), "{error}");
    }
}
