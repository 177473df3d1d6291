//! One connection: requests go in, answers come out.

use std::{
    collections::HashMap,
    io::{self, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use kafka_protocol::messages::ApiKey;
use parking_lot::Mutex;

use super::{
    answers,
    door::Shared,
    fault::{Armed, What},
    frame::{self, Request},
};

/// How long the broker may take to answer what stands before the end of a connection.
const LAST_ANSWERS_AT_MOST: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(5);

/// A connection of a client, and the one to the broker that belongs to it.
pub(super) struct Connection {
    shared: Arc<Shared>,
    client: TcpStream,
    broker: TcpStream,
    /// Both ways write to the client.
    writing: Mutex<bool>,
    awaited: Mutex<HashMap<i32, Awaited>>,
}

/// What was asked.
struct Awaited {
    key: ApiKey,
    version: i16,
    fate: Fate,
}

/// What becomes of an answer.
enum Fate {
    Pass,
    Lose,
    Delay(Duration),
    Close,
    /// The request was held; who waits for the answer is told.
    Late(Armed),
}

impl Connection {
    /// Serves a client until one side ends.
    pub(super) fn serve(shared: Arc<Shared>, client: TcpStream) -> io::Result<()> {
        let broker = TcpStream::connect(&shared.broker)?;
        for stream in [&client, &broker] {
            stream.set_nodelay(true)?;
        }
        let connection = Self {
            shared,
            client,
            broker,
            writing: Mutex::new(true),
            awaited: Mutex::default(),
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                // An end of either side is no failure.
                let _end = connection.pass_answers();
                connection.end();
            });
            let _end = connection.pass_requests();
            connection.wait_for_answers();
            connection.end();
        });
        Ok(())
    }

    fn pass_requests(&self) -> io::Result<()> {
        loop {
            let request = frame::request(frame::read(&mut &self.client)?)?;
            let Some(armed) = self.shared.strike(&request) else {
                self.ask(&request, Fate::Pass)?;
                continue;
            };
            match armed.fault.what {
                What::LoseRequest => loop {
                    *self.writing.lock() = false;
                    frame::read(&mut &self.client)?;
                },
                What::LoseAnswer => self.ask(&request, Fate::Lose)?,
                What::DelayRequest(by) => {
                    thread::sleep(by);
                    self.ask(&request, Fate::Pass)?;
                }
                What::DelayAnswer(by) => self.ask(&request, Fate::Delay(by))?,
                What::Close => return Ok(()),
                What::CloseForAnswer => self.ask(&request, Fate::Close)?,
                What::Cut => {
                    let whole = frame::with_length(&request.frame);
                    (&self.broker).write_all(&whole[..whole.len() / 2])?;
                    self.end();
                    return Ok(());
                }
                What::Hold => {
                    armed.wait_for_release();
                    self.ask(&request, Fate::Late(armed))?;
                }
                What::HoldAndClose => {
                    *self.writing.lock() = false;
                    self.client.shutdown(Shutdown::Both)?;
                    armed.wait_for_release();
                    self.ask(&request, Fate::Late(armed))?;
                    return Ok(());
                }
                What::Refuse(error) => self.answer(&answers::refusal(&request, "", error)?)?,
                What::RefuseTopic(topic, error) => self.answer(&answers::refusal(&request, topic, error)?)?,
            }
        }
    }

    fn ask(&self, request: &Request, fate: Fate) -> io::Result<()> {
        let awaited = Awaited {
            key: request.key,
            version: request.version,
            fate,
        };
        self.awaited.lock().insert(request.correlation, awaited);
        frame::write(&mut &self.broker, &request.frame)
    }

    fn pass_answers(&self) -> io::Result<()> {
        loop {
            let answer = frame::read(&mut &self.broker)?;
            let correlation = frame::answers_to(&answer)?;
            let Some(Awaited { key, version, fate }) = self.awaited.lock().remove(&correlation) else {
                return Err(io::Error::other("an answer that nobody waits for"));
            };
            match fate {
                Fate::Pass => {}
                Fate::Lose => *self.writing.lock() = false,
                Fate::Delay(by) => thread::sleep(by),
                Fate::Close => return Ok(()),
                Fate::Late(armed) => armed.answered_late(),
            }
            let answer = answers::redirected(key, version, answer, &self.shared.address)?;
            // A client that is gone does not end what the broker is still to be asked.
            let _gone = self.answer(&answer);
        }
    }

    fn answer(&self, frame: &[u8]) -> io::Result<()> {
        let writing = self.writing.lock();
        if *writing {
            frame::write(&mut &self.client, frame)
        } else {
            Ok(())
        }
    }

    /// What was asked before the client went is done.
    fn wait_for_answers(&self) {
        let deadline = Instant::now() + LAST_ANSWERS_AT_MOST;
        while !self.awaited.lock().is_empty() && Instant::now() < deadline {
            thread::sleep(LOOK);
        }
    }

    fn end(&self) {
        for stream in [&self.client, &self.broker] {
            // It may have ended already.
            let _ended = stream.shutdown(Shutdown::Both);
        }
    }
}
