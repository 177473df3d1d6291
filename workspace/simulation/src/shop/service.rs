//! A service: what it has read, what it answered, and whether it is there.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::{IdempotencyKey, Purpose, Timestamp};
use palinode_log::TopicPartition;

use super::{
    answer::Answer,
    books::{Book, Payments, Refusal, Shipments, Warehouse, Work},
    command::Command,
    fate::{Fate, Manner},
    pen::Pen,
};
use crate::broker::Host;

/// A service and its database.
pub(super) struct Service {
    /// Its name.
    pub(super) name: &'static str,
    /// Where it answers.
    pub(super) events: &'static str,
    book: Box<dyn Book + Send>,
    /// What it has said of each request, and whether that was ever written.
    answers: BTreeMap<String, Answered>,
    /// Commands that it forgot, by request.
    forgotten: BTreeMap<String, Arc<Command>>,
    /// What it has read of its commands.
    read: BTreeMap<TopicPartition, Read>,
    /// Until when it is down.
    pub(super) down_until: Option<Timestamp>,
}

struct Answered {
    command: Arc<Command>,
    answer: Answer,
    is_told: bool,
}

/// How far a partition was read.
#[derive(Default)]
struct Read {
    next: i64,
    /// What [`Host::appended_to`] said then.
    seen: u64,
}

impl Service {
    /// All services of the shop, whose topics have `partitions` partitions, in the order in which
    /// [`crate::plan::Fault::Service`] counts them.
    pub(super) fn all(partitions: i32) -> [Self; 3] {
        let service = |name, commands: &'static str, events, book| Self {
            name,
            events,
            book,
            answers: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            read: (0..partitions)
                .map(|partition| (TopicPartition::new(commands, partition), Read::default()))
                .collect(),
            down_until: None,
        };
        [
            service(
                "payments",
                "payments.commands",
                "payments.events",
                Box::<Payments>::default(),
            ),
            service(
                "warehouse",
                "warehouse.commands",
                "warehouse.events",
                Box::<Warehouse>::default(),
            ),
            service(
                "shipments",
                "shipments.commands",
                "shipments.events",
                Box::<Shipments>::default(),
            ),
        ]
    }

    /// Commands that were not read before.
    pub(super) fn poll(&mut self, host: &mut Host, committed_only: bool, now: Timestamp) -> Vec<Command> {
        let mut commands = Vec::new();
        for (partition, read) in &mut self.read {
            let appended = host.appended_to(partition);
            if read.seen == appended {
                continue;
            }
            let mut found = host.read(partition, read.next, committed_only, now);
            if found.is_none()
                && let Some((first, _)) = host.bounds(partition, now)
                && read.next < first
            {
                // What it had not read is gone: it was away for too long.
                read.next = first;
                found = host.read(partition, read.next, committed_only, now);
            }
            if let Some((records, next)) = found {
                commands.extend(records.iter().filter_map(Command::read));
                (read.next, read.seen) = (next, appended);
            }
        }
        commands
    }

    /// Does what is asked, and says what to answer: the same as before, when it was asked before. None: nothing.
    pub(super) fn carry_out(
        &mut self,
        command: &Arc<Command>,
        fate: &Fate,
        pen: &Pen,
        now: Timestamp,
    ) -> Option<Answer> {
        let request = command.request.to_string();
        if let Some(answered) = self.answers.get(&request) {
            return Some(answered.answer.clone());
        }
        let refusal = match fate.manner {
            Manner::Refuses => Some(Refusal::ForGood),
            Manner::Fails => Some(Refusal::ForNow),
            _ => None,
        };
        let slips_the_bar = fate.slips_the_bar && !self.owes_taking_back(command);
        let answer = self.book.carry_out(&Work {
            command,
            refusal,
            slips_the_bar,
            pen,
            now,
        })?;
        self.forgotten.remove(&request);
        let answered = Answered {
            command: Arc::clone(command),
            answer: answer.clone(),
            is_told: false,
        };
        self.answers.insert(request, answered);
        Some(answer)
    }

    /// Whether it has taken the command's step back and not said so.
    ///
    /// What it does after that, against the bar, it does only once it has said so. Until then a success that is told stands
    /// for what was done before the step was taken back, and the answer to that covers it: nobody who hears the two can know
    /// that they were done the other way round. Participants bar the step for this very reason.
    fn owes_taking_back(&self, command: &Command) -> bool {
        let is_taking_back = |request: &IdempotencyKey| {
            request.purpose == Purpose::Compensation
                && request.saga == command.request.saga
                && request.step == command.request.step
        };
        let mut answers = self.answers.values();
        answers.any(|answered| !answered.is_told && is_taking_back(&answered.command.request))
    }

    /// Its answer to the request was written.
    pub(super) fn told(&mut self, command: &Command) {
        if let Some(answered) = self.answers.get_mut(&command.request.to_string()) {
            answered.is_told = true;
        }
    }

    /// Nothing is done about the command, for now.
    pub(super) fn forget(&mut self, command: Arc<Command>) {
        let request = command.request.to_string();
        if !self.answers.contains_key(&request) {
            self.forgotten.insert(request, command);
        }
    }

    /// Everything that it owes an answer to.
    pub(super) fn owed(&mut self) -> Vec<Arc<Command>> {
        let untold = self.answers.values().filter(|answered| !answered.is_told);
        let mut owed: Vec<_> = untold.map(|answered| Arc::clone(&answered.command)).collect();
        owed.extend(std::mem::take(&mut self.forgotten).into_values());
        owed
    }
}
