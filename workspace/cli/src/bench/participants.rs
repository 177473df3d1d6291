//! Participants that keep their state in memory and answer every command at once, with success.
//!
//! One thread for all of them: they share the processor with what is measured.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, anyhow};
use palinode_wire::headers::CE_TYPE;
use rdkafka::{
    Message,
    consumer::BaseConsumer,
    message::{BorrowedMessage, Header, Headers, OwnedHeaders},
};

use super::{
    client::{Writer, reader},
    ground::Records,
    replies::{self, ECHOED, Reply},
};

/// Replies wait this long for company, so that those to the commands of one transaction are one request to the broker.
const LINGER: Duration = Duration::from_millis(1);
/// How often the thread looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);
/// Reports are taken after so many replies.
const REPLIES_A_LOOK: usize = 256;
const COMMANDS: [&str; 3] = ["payments.commands", "warehouse.commands", "shipments.commands"];

/// The running participants.
pub(super) struct Participants {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Participants {
    /// Starts them; commands that stand in the topics already are not theirs.
    pub(super) fn start(bootstrap_servers: &str, prefix: &str, records: &Records) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            commands: reader(bootstrap_servers, &COMMANDS.map(|topic| format!("{prefix}{topic}")))?,
            writer: Writer::new(bootstrap_servers, LINGER)?,
            replies: replies::all(records, prefix)?,
            answered: HashMap::new(),
            value: Vec::new(),
        };
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("participants".into())
            .spawn(move || desk.run(&stopped))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Ends them; an error that they had is told.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Release);
        let ended = self.thread.take().map_or(Ok(Ok(())), JoinHandle::join);
        ended
            .map_err(|_| anyhow!("the participants panicked"))?
            .context("the participants failed")
    }
}

struct Desk {
    commands: BaseConsumer,
    writer: Writer,
    replies: HashMap<&'static str, Reply>,
    /// What was done, by idempotency key, and how often it was asked for.
    answered: HashMap<Box<[u8]>, u32>,
    value: Vec<u8>,
}

impl Desk {
    fn run(mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        let mut unseen = 0;
        while !stop.load(Ordering::Acquire) {
            let wait = if unseen > 0 { Duration::ZERO } else { LOOK };
            let Some(command) = self.commands.poll(wait) else {
                self.writer.look()?;
                unseen = 0;
                continue;
            };
            answer(
                &self.writer,
                &self.replies,
                &mut self.answered,
                &mut self.value,
                &command?,
            )?;
            unseen += 1;
            if unseen >= REPLIES_A_LOOK {
                self.writer.look()?;
                unseen = 0;
            }
        }
        self.writer.flush()
    }
}

/// Does what the command asks, unless it is done, and answers either way.
fn answer(
    writer: &Writer,
    replies: &HashMap<&'static str, Reply>,
    answered: &mut HashMap<Box<[u8]>, u32>,
    value: &mut Vec<u8>,
    command: &BorrowedMessage<'_>,
) -> anyhow::Result<()> {
    let headers = command.headers().context("a command has no headers")?;
    let of = |name: &str| {
        headers
            .iter()
            .find(|header| header.key == name)
            .and_then(|header| header.value)
    };
    let record = of(CE_TYPE)
        .and_then(|value| std::str::from_utf8(value).ok())
        .context("a command has no type")?;
    let reply = replies
        .get(record)
        .with_context(|| format!("nobody does what {record} asks"))?;
    let key = of(ECHOED[0]).context("a command has no idempotency key")?;
    match answered.get_mut(key) {
        Some(times) => *times += 1,
        None => drop(answered.insert(key.into(), 1)),
    }
    let order = command.key().context("a command has no key")?;
    reply.write(order, value);
    let echoed = ECHOED
        .iter()
        .fold(OwnedHeaders::new_with_capacity(ECHOED.len()), |echoed, name| {
            echoed.insert(Header {
                key: name,
                value: of(name),
            })
        });
    writer.send(&reply.topic, order, value, echoed)
}
