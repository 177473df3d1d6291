//! Whether the brokers answer: a client of its own that asks from time to time, and says nothing but that.
//!
//! Every other client waits and tries again by itself; none of them can tell whether it is the only one. This one also
//! finds credentials that are refused, which other calls report as a broker that does not answer.

use std::{
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use rdkafka::{
    ClientContext, Statistics,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
    types::RDKafkaErrorCode as Code,
};

use super::{client, close::close, failure, settings::Settings};
use crate::{Error, Need, Outages};

/// The pause between two questions.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Brokers that give no answer for so long are away: metadata is answered from memory.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Errors and the like that are taken from the client's queue at a time.
const DRAIN_MAX: usize = 16;

/// Asks the brokers from time to time and notes in [`Outages`] whether they answer, until it is dropped.
#[derive(Debug)]
pub struct BrokerWatch {
    refusal: Arc<Mutex<Option<String>>>,
    /// Its end ends the thread.
    _stop: SyncSender<()>,
}

impl BrokerWatch {
    /// Begins to ask the brokers of `settings` for `topic` (its full name; it need not exist), as the client `name`.
    ///
    /// # Errors
    /// When a setting is wrong or the thread cannot be started.
    pub fn start(settings: &Settings, name: &str, topic: &str, outages: Outages) -> Result<Self, Error> {
        settings.validate()?;
        let consumer: BaseConsumer<Heard> = client::watcher(settings, name)
            .create_with_context(Heard::default())
            .map_err(|error| failure::environment(&error, "making a client"))?;
        let refusal = Arc::new(Mutex::new(None));
        let (stop, stopped) = sync_channel(1);
        let (told, topic, servers) = (
            Arc::clone(&refusal),
            topic.to_owned(),
            settings.bootstrap_servers.clone(),
        );
        let work = move || {
            loop {
                match ask(&consumer, &topic) {
                    Ok(()) => {
                        *told.lock() = None;
                        outages.end(Need::Broker);
                    }
                    Err(Silence { reason, is_refusal }) => {
                        outages.begin(Need::Broker, words(&servers, &reason, is_refusal));
                        *told.lock() = is_refusal.then_some(reason);
                    }
                }
                if !matches!(stopped.recv_timeout(ASK_EVERY), Err(RecvTimeoutError::Timeout)) {
                    break;
                }
            }
            close(consumer);
        };
        thread::Builder::new()
            .name("watch-brokers".into())
            .spawn(work)
            .map_err(|error| Error::Refused {
                what: format!("no thread to watch the brokers: {error}"),
            })?;
        Ok(Self { refusal, _stop: stop })
    }

    /// Why the brokers let this process do nothing, when they have said so the last time: its credentials are wrong.
    pub fn refusal(&self) -> Option<Error> {
        let what = self.refusal.lock().clone()?;
        Some(Error::Refused { what })
    }
}

fn words(servers: &str, reason: &str, is_refusal: bool) -> String {
    if is_refusal {
        return format!("the brokers at {servers} refuse this process: {reason}; give it the right credentials");
    }
    format!(
        "the brokers at {servers} do not answer: {reason}. Everything waits, nothing is lost, and it goes on by itself when \
         they are back; look whether they run and whether the address is right"
    )
}

/// Why there was no answer.
struct Silence {
    reason: String,
    is_refusal: bool,
}

/// Asks once. The client tries to connect all the while.
fn ask(consumer: &BaseConsumer<Heard>, topic: &str) -> Result<(), Silence> {
    let heard = consumer.context();
    let answer = consumer.fetch_metadata(Some(topic), ANSWER_WAIT);
    drain(consumer);
    if answer.is_ok() {
        *heard.reason.lock() = None;
        *heard.refusal.lock() = None;
        return Ok(());
    }
    // The same words come once in a while only, so that those of an earlier question count as well.
    if let Some(reason) = heard.refusal.lock().clone() {
        return Err(Silence {
            reason,
            is_refusal: true,
        });
    }
    let reason = heard.reason.lock().clone();
    Err(Silence {
        reason: reason.unwrap_or_else(|| format!("no answer within {} s", ANSWER_WAIT.as_secs())),
        is_refusal: false,
    })
}

fn drain(consumer: &BaseConsumer<Heard>) {
    for _ in 0..DRAIN_MAX {
        if consumer.poll(Duration::ZERO).is_none() {
            return;
        }
    }
}

/// Keeps what the client says of its connections.
#[derive(Default)]
struct Heard {
    /// The words that came with the last error.
    reason: Mutex<Option<String>>,
    /// The words with which credentials were refused.
    refusal: Mutex<Option<String>>,
}

impl ClientContext for Heard {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // That all are down says less than why one is.
            Some(Code::AllBrokersDown) => {}
            Some(Code::Authentication | Code::SaslAuthenticationFailed) => {
                *self.refusal.lock() = Some(reason.to_owned());
            }
            _ => *self.reason.lock() = Some(reason.to_owned()),
        }
    }
}

impl ConsumerContext for Heard {}
