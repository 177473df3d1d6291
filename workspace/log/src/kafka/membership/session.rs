//! The thread of the membership: joins, stays, joins again after a failure, and leaves.
//!
//! # Leaving
//! A static member that closes its consumer does not leave the group: the others would wait for the end of its
//! session, which is right for a crash and a quick restart and wrong for an orderly stop. So it first subscribes to
//! another topic instead of the inbox: the group then moves the inbox's partitions to the other members at once. What
//! that means for a member that comes back soon is told in `asking`.
//!
//! # Another topic
//! librdkafka (2.12, 2.16) takes a change of the subscription to the group only when it has the metadata of every topic in it.
//! When it has to ask for them first, it gives up what is no longer subscribed to and stays in the group with the old
//! subscription, unless it leads the group. So the metadata are asked for before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};

use super::{
    News,
    asking::{Asking, Subscription},
    context::MemberContext,
};
use crate::{
    Application, Error,
    kafka::{client, close::drop_aside, failure, heartbeats::MEMBERS, settings::Settings},
};

/// The topic whose partitions stand for the tasks, without the prefix.
const INBOX: &str = "palinode.inbox";
/// The topic to which a leaving member subscribes: it has to exist, and nobody is subscribed to it otherwise.
const LEAVING: &str = MEMBERS;
/// The longest wait in one poll: how soon a stop is noticed.
const LOOK: Duration = Duration::from_millis(50);
/// After a failure the group is joined again after this time.
const REJOIN: Duration = Duration::from_secs(1);
/// How long leaving may take: a round of the group, in which the others join within a second, and one that was under way.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(4);
/// How long an answer about the other topic is waited for: without one a member leaves by the end of its session.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

type Deliver = Box<dyn FnMut(News) + Send>;

/// What the membership's thread works with.
pub(super) struct Session {
    settings: Settings,
    application: Application,
    deliver: Deliver,
    stop: Arc<AtomicBool>,
    generation: u64,
}

impl Session {
    pub(super) fn new(settings: Settings, application: Application, deliver: Deliver, stop: Arc<AtomicBool>) -> Self {
        Self {
            settings,
            application,
            deliver,
            stop,
            generation: 0,
        }
    }

    /// Stays in the group until it is stopped.
    pub(super) fn run(mut self) {
        while !self.stopped() {
            if let Err(error) = self.stay() {
                tracing::warn!(%error, code = error.code(), "the membership ended and begins again");
                let again = Instant::now() + REJOIN;
                while !self.stopped() && Instant::now() < again {
                    thread::sleep(LOOK);
                }
            }
        }
    }

    fn stay(&mut self) -> Result<(), Error> {
        let inbox = self.topic(INBOX);
        let consumer: BaseConsumer<MemberContext> = client::member(&self.settings, &self.application)
            .create_with_context(MemberContext::new(inbox.clone()))
            .map_err(|error| failure::environment(&error, "making the group's consumer"))?;
        let outcome = self.follow(&consumer, &inbox);
        if outcome.is_ok() {
            self.leave(&consumer);
        }
        let context = Arc::clone(consumer.context());
        context.lose_all();
        self.tell(&context);
        // Closing answers the group's last rebalance and can hang on a broker that is gone.
        drop_aside(consumer, "close-membership");
        outcome
    }

    /// Is a member until stopped or until something fails.
    fn follow(&mut self, consumer: &BaseConsumer<MemberContext>, inbox: &str) -> Result<(), Error> {
        let other = self.topic(LEAVING);
        let subscribe = |subscription| {
            match subscription {
                Subscription::Inbox => consumer.subscribe(&[inbox]),
                Subscription::InboxAndOther => {
                    know(consumer, &other);
                    consumer.subscribe(&[inbox, &other])
                }
            }
            .map_err(|error| failure::environment(&error, "subscribing to the inbox"))
        };
        subscribe(Subscription::Inbox)?;
        let mut asking = Asking::BEGIN;
        while !self.stopped() {
            self.turn(consumer)?;
            if let Some(subscription) = asking.look(consumer.context(), Instant::now()) {
                subscribe(subscription)?;
            }
        }
        Ok(())
    }

    /// One poll, and telling what came of it.
    fn turn(&mut self, consumer: &BaseConsumer<MemberContext>) -> Result<(), Error> {
        let polled = consumer.poll(LOOK);
        let context = consumer.context();
        self.tell(context);
        if let Some(error) = context.take_failure() {
            return Err(failure::environment(&error, "answering a rebalance"));
        }
        match polled {
            Some(Err(error)) if ends_membership(&error) => Err(failure::environment(&error, "the membership")),
            Some(Err(error)) => {
                tracing::debug!(%error, "the membership goes on after an error");
                Ok(())
            }
            // A record that was fetched before the pause took hold says nothing.
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// Has the group move the tasks to the other members, then stays until it has done so.
    fn leave(&mut self, consumer: &BaseConsumer<MemberContext>) {
        let deadline = Instant::now() + LEAVE_TIMEOUT;
        let leaving = self.topic(LEAVING);
        let context = Arc::clone(consumer.context());
        if context.owns_nothing() {
            return;
        }
        context.set_leaving();
        know(consumer, &leaving);
        if let Err(error) = consumer.subscribe(&[&leaving]) {
            tracing::warn!(%error, "leaving the group: its session has to run out");
            return;
        }
        while Instant::now() < deadline {
            if self.turn(consumer).is_err() {
                return;
            }
            // The inbox is given back at once; what the group gives instead comes when the others have what was given back.
            if context.owns_nothing() && context.was_given() {
                return;
            }
        }
    }

    fn tell(&mut self, context: &MemberContext) {
        for proposal in context.take_proposals() {
            self.generation += 1;
            tracing::info!(generation = self.generation, ?proposal, "the group proposes");
            (self.deliver)(News {
                generation: self.generation,
                proposal,
            });
        }
    }

    fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.application.topic_prefix)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// Has the client learn of `topic`, so that a subscription to it is taken to the group.
fn know(consumer: &BaseConsumer<MemberContext>, topic: &str) {
    if let Err(error) = consumer.fetch_metadata(Some(topic), METADATA_TIMEOUT) {
        tracing::debug!(%error, topic, "nobody answers what is known of the topic");
    }
}

/// Whether the client is of no more use, for example because another one uses the same member's name.
fn ends_membership(error: &KafkaError) -> bool {
    matches!(error, KafkaError::MessageConsumptionFatal(_))
}
