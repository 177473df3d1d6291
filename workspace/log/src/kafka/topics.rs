//! Creating topics, and comparing those that are there with what is wanted. All calls block.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    config::RDKafkaLogLevel,
    types::RDKafkaErrorCode as Code,
};

use super::{
    client,
    close::drop_aside,
    context::QuietContext,
    failure,
    role::Role,
    settings::{QUERY_TIMEOUT, Settings},
};
use crate::Error;

/// Creating a catalogue of topics is the controller's longest work for us.
const CREATE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often the metadata is looked at while leaders are elected.
const LEADER_LOOK: Duration = Duration::from_millis(50);

/// A topic as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its full name, with the prefix.
    pub name: String,
    /// How many partitions it has.
    pub partitions: i32,
    /// How many copies of each.
    pub replication: i32,
    /// Its configuration by Kafka's own keys, for example `cleanup.policy`.
    pub configs: BTreeMap<String, String>,
}

/// How a topic differs from its specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It does not exist.
    Missing {
        /// The topic.
        topic: String,
    },
    /// It has another number of partitions.
    Partitions {
        /// The topic.
        topic: String,
        /// As specified.
        wanted: i32,
        /// As it is.
        found: i32,
    },
    /// It has another number of copies.
    Replication {
        /// The topic.
        topic: String,
        /// As specified.
        wanted: i32,
        /// As it is, at its smallest partition.
        found: i32,
    },
    /// A configuration has another value.
    Config {
        /// The topic.
        topic: String,
        /// Kafka's key.
        key: String,
        /// As specified.
        wanted: String,
        /// As it is; empty when the broker does not know the key.
        found: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { topic } => write!(f, "'{topic}' does not exist"),
            Self::Partitions { topic, wanted, found } => {
                write!(f, "'{topic}' has {found} partitions, and {wanted} are wanted")
            }
            Self::Replication { topic, wanted, found } => {
                write!(f, "'{topic}' is kept {found} times, and {wanted} times are wanted")
            }
            Self::Config {
                topic,
                key,
                wanted,
                found,
            } => {
                write!(f, "'{topic}' has {key}={found}, and {key}={wanted} is wanted")
            }
        }
    }
}

/// An administrator's access to the topics.
pub struct Topics {
    /// None only while it is dropped.
    admin: Option<AdminClient<QuietContext>>,
}

impl Topics {
    /// The topics at the brokers of `settings`; asks no broker yet.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn connect(settings: &Settings) -> Result<Self, Error> {
        settings.validate()?;
        let mut config = client::base(settings, "palinode-topics", Role::Producer);
        config.set_log_level(RDKafkaLogLevel::Emerg);
        let admin = config
            .create_with_context(QuietContext)
            .map_err(|error| failure::environment(&error, "making a client"))?;
        Ok(Self { admin: Some(admin) })
    }

    /// Creates those topics that do not exist and waits until all have leaders. Returns the names of the created
    /// ones; those that exist stay as they are.
    ///
    /// # Errors
    /// When the broker refuses a topic or does not answer in time.
    pub fn create(&self, specs: &[TopicSpec]) -> Result<Vec<String>, Error> {
        if specs.is_empty() {
            return Ok(Vec::new());
        }
        let topics: Vec<_> = specs.iter().map(new_topic).collect();
        let options = AdminOptions::new()
            .request_timeout(Some(CREATE_TIMEOUT))
            .operation_timeout(Some(CREATE_TIMEOUT));
        let results = block_on(self.admin()?.create_topics(&topics, &options))
            .map_err(|error| failure::environment(&error, "creating topics"))?;
        let mut created = Vec::new();
        for result in results {
            match result {
                Ok(topic) => created.push(topic),
                Err((_, Code::TopicAlreadyExists)) => {}
                Err((topic, code)) if failure::is_transient(code) => {
                    return Err(Error::Unavailable {
                        what: format!("creating '{topic}': {code}"),
                    });
                }
                Err((topic, code)) => {
                    return Err(Error::Refused {
                        what: format!("creating '{topic}': {code}"),
                    });
                }
            }
        }
        self.await_leaders(specs)?;
        Ok(created)
    }

    /// How the topics that are there differ from `specs`. Only configurations that a specification names are compared.
    ///
    /// # Errors
    /// When the broker does not answer in time.
    pub fn differences(&self, specs: &[TopicSpec]) -> Result<Vec<Difference>, Error> {
        let found = self.found()?;
        let mut differences = Vec::new();
        let mut described = Vec::new();
        for spec in specs {
            let topic = spec.name.clone();
            match found.get(&spec.name) {
                None => differences.push(Difference::Missing { topic }),
                Some(Found {
                    partitions,
                    replication,
                    ..
                }) => {
                    let (wanted, found) = (spec.partitions, *partitions);
                    if wanted != found {
                        differences.push(Difference::Partitions {
                            topic: topic.clone(),
                            wanted,
                            found,
                        });
                    }
                    let (wanted, found) = (spec.replication, *replication);
                    if wanted != found {
                        differences.push(Difference::Replication { topic, wanted, found });
                    }
                    described.push(spec);
                }
            }
        }
        differences.extend(self.config_differences(&described)?);
        Ok(differences)
    }

    fn config_differences(&self, specs: &[&TopicSpec]) -> Result<Vec<Difference>, Error> {
        if specs.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<_> = specs.iter().map(|spec| ResourceSpecifier::Topic(&spec.name)).collect();
        let options = AdminOptions::new().request_timeout(Some(QUERY_TIMEOUT));
        let answers = block_on(self.admin()?.describe_configs(&asked, &options))
            .map_err(|error| failure::environment(&error, "describing topics"))?;
        let mut differences = Vec::new();
        for (spec, answer) in specs.iter().zip(answers) {
            let topic = &spec.name;
            let resource = answer.map_err(|code| Error::Refused {
                what: format!("describing '{topic}': {code}"),
            })?;
            for (key, wanted) in &spec.configs {
                let found = resource
                    .get(key)
                    .and_then(|entry| entry.value.clone())
                    .unwrap_or_default();
                if *wanted != found {
                    let (topic, key, wanted) = (topic.clone(), key.clone(), wanted.clone());
                    differences.push(Difference::Config {
                        topic,
                        key,
                        wanted,
                        found,
                    });
                }
            }
        }
        Ok(differences)
    }

    fn admin(&self) -> Result<&AdminClient<QuietContext>, Error> {
        self.admin.as_ref().ok_or_else(|| Error::Refused {
            what: "the administrator's client is closed".into(),
        })
    }

    fn await_leaders(&self, specs: &[TopicSpec]) -> Result<(), Error> {
        let deadline = Instant::now() + CREATE_TIMEOUT;
        loop {
            let found = self.found()?;
            let waiting = specs
                .iter()
                .find(|spec| !found.get(&spec.name).is_some_and(|found| found.led));
            match waiting {
                None => return Ok(()),
                Some(spec) if Instant::now() >= deadline => {
                    return Err(Error::Unavailable {
                        what: format!("a leader for every partition of '{}'", spec.name),
                    });
                }
                Some(_) => thread::sleep(LEADER_LOOK),
            }
        }
    }

    fn found(&self) -> Result<BTreeMap<String, Found>, Error> {
        let metadata = self
            .admin()?
            .inner()
            .fetch_metadata(None, QUERY_TIMEOUT)
            .map_err(|error| failure::environment(&error, "the topics that are there"))?;
        let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
        Ok(topics
            .map(|topic| {
                let partitions = topic.partitions();
                let copies = partitions
                    .iter()
                    .map(|partition| partition.replicas().len())
                    .min()
                    .unwrap_or(0);
                let found = Found {
                    partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
                    replication: i32::try_from(copies).unwrap_or(i32::MAX),
                    led: !partitions.is_empty() && partitions.iter().all(|partition| partition.leader() >= 0),
                };
                (topic.name().to_owned(), found)
            })
            .collect())
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        // Its thread looks only every 100 ms whether it shall end.
        if let Some(admin) = self.admin.take() {
            drop_aside(admin, "close-topics");
        }
    }
}

/// A topic that is there.
struct Found {
    partitions: i32,
    replication: i32,
    /// Whether every partition has a leader.
    led: bool,
}

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let topic = NewTopic::new(&spec.name, spec.partitions, TopicReplication::Fixed(spec.replication));
    spec.configs
        .iter()
        .fold(topic, |topic, (key, value)| topic.set(key, value))
}

/// Waits on this thread for a future that another thread completes.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
