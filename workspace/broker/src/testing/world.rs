//! One broker, typed requests and a clock that the test moves.

use std::{collections::BTreeMap, time::Duration};

use bytes::BytesMut;
use kafka_protocol::{
    messages::{ApiKey, RequestKind, ResponseKind},
    protocol::{Decodable, Request, StrBytes},
};

use crate::{Broker, Call, CallId, ConnectionId, Memory, Settings, Timestamp, frame, topics::NewTopic};

/// One broker in memory, and what it answered.
pub(crate) struct World {
    pub(crate) broker: Broker,
    pub(crate) now: Timestamp,
    calls: i32,
    versions: BTreeMap<CallId, i16>,
    answers: BTreeMap<CallId, Option<ResponseKind>>,
}

impl World {
    /// A broker with the default settings.
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    /// A broker with these settings.
    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            broker: Broker::new(settings, Box::new(Memory::default())),
            now: Timestamp(1_700_000_000_000),
            calls: 0,
            versions: BTreeMap::new(),
            answers: BTreeMap::new(),
        }
    }

    /// Asks in the newest version on connection 0, and expects an answer at once.
    pub(crate) fn call<R: Request + Into<RequestKind>>(&mut self, request: R) -> R::Response {
        self.call_at(newest::<R>(), request)
    }

    /// Asks in this version on connection 0, and expects an answer at once.
    pub(crate) fn call_at<R: Request + Into<RequestKind>>(&mut self, version: i16, request: R) -> R::Response {
        let call = self.send_at(0, version, request);
        self.answer::<R>(call).expect("an answer at once")
    }

    /// Asks in the newest version on a connection; the answer may come later.
    pub(crate) fn send<R: Request + Into<RequestKind>>(&mut self, connection: u64, request: R) -> CallId {
        self.send_at(connection, newest::<R>(), request)
    }

    /// Asks in this version on a connection; the answer may come later. What cannot be encoded in this version fails the
    /// test.
    pub(crate) fn send_at<R: Request + Into<RequestKind>>(
        &mut self,
        connection: u64,
        version: i16,
        request: R,
    ) -> CallId {
        let mut bytes = BytesMut::new();
        request.encode(&mut bytes, version).expect("a request of this version");
        let request = R::decode(&mut bytes.freeze(), version).expect("what was encoded");
        self.calls += 1;
        let id = CallId {
            connection: ConnectionId(connection),
            correlation_id: self.calls,
        };
        let call = Call {
            id,
            version,
            client_id: StrBytes::from_static_str("test"),
            client_host: StrBytes::from_static_str("/127.0.0.1"),
            now: self.now,
        };
        self.versions.insert(id, version);
        self.broker.handle(&call, request.into());
        self.collect();
        id
    }

    /// The answer to a call, if it has come, as its client reads it: encoded in the version of the call and decoded.
    pub(crate) fn answer<R: Request>(&mut self, call: CallId) -> Option<R::Response> {
        let response = self.answers.remove(&call)?.expect("a response, not silence");
        let version = self.versions[&call];
        let mut bytes = BytesMut::new();
        response
            .encode(&mut bytes, version)
            .expect("a response that this version can say");
        Some(R::Response::decode(&mut bytes.freeze(), version).expect("what was encoded"))
    }

    /// Whether a call was answered, be it by silence.
    pub(crate) fn is_answered(&self, call: CallId) -> bool {
        self.answers.contains_key(&call)
    }

    /// Lets time pass, stopping at each deadline of the broker on the way.
    pub(crate) fn advance(&mut self, span: Duration) {
        let end = self.now.plus(span);
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.broker.tick(self.now);
            self.collect();
            let next = self.broker.next_deadline();
            assert!(
                next.is_none_or(|next| next > due),
                "the deadline {due:?} stays after its tick"
            );
        }
        self.now = end;
        self.broker.tick(self.now);
        self.collect();
    }

    /// A connection goes.
    pub(crate) fn disconnect(&mut self, connection: u64) {
        self.broker.disconnected(ConnectionId(connection), self.now);
        self.collect();
    }

    /// Creates a topic.
    pub(crate) fn topic(&mut self, name: &'static str, partitions: i32) {
        self.topic_with(name, partitions, BTreeMap::new());
    }

    /// Creates a topic with settings.
    pub(crate) fn topic_with(&mut self, name: &'static str, partitions: i32, config: BTreeMap<String, String>) {
        let topic = NewTopic {
            name: name.to_owned(),
            partitions,
            config,
        };
        self.broker.check_new_topic(&topic).expect("a valid topic");
        self.broker.create_topic(topic).expect("a storage that works");
    }

    fn collect(&mut self) {
        while let Some(output) = self.broker.next_output() {
            let before = self.answers.insert(output.call, output.response);
            assert!(before.is_none(), "{:?} was answered twice", output.call);
        }
    }
}

fn newest<R: Request>() -> i16 {
    let api = ApiKey::try_from(R::KEY).expect("a known request");
    frame::supported(api).expect("a request that the broker takes").max
}
