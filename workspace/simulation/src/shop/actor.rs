//! All of them together, as one actor of the world.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use palinode_core::Timestamp;
use palinode_log::{Produced, TopicPartition};
use palinode_wire::{
    headers::{CE_TYPE, IDEMPOTENCY_KEY},
    partition_of,
};

use super::{
    answer::Echo,
    command::Command,
    customers,
    fate::{Fate, Manner},
    order,
    pen::Pen,
    queue::Queue,
    service::Service,
    unasked,
};
use crate::{
    broker::Host,
    history::{Happened, History},
    plan::{Fault, Services, Timed, Wish, WorldPlan},
    setting::Setting,
};

/// How long services wait for more before they read.
const READ_EVERY_MS: i64 = 5;
/// How long somebody waits who could not write.
const WRITE_AGAIN_MS: i64 = 300;
/// How long after everything was healed the last of what was late is written.
const HURRIED_MS: i64 = 3_000;

/// How long after everything was healed customers try to pay what is suspended: no late answer comes after it.
const PAY_AFTER_MS: i64 = 30_000;

/// Customers, people and services.
pub struct Shop {
    setting: Arc<Setting>,
    pen: Pen,
    seed: u64,
    manners: Services,
    /// The orders that are placed.
    orders: BTreeSet<usize>,
    services: [Service; 3],
    queue: Queue<Due>,
    /// What [`Host::appended`] said when commands were read last.
    seen: u64,
    read_at: Timestamp,
    is_healed: bool,
}

/// Something to do.
enum Due {
    /// Somebody wishes something.
    Wish(Timed<Wish>),
    /// A service does what it is asked.
    Do(usize, Arc<Command>, Fate),
    /// A record is written; the answer of a service to its command, or anything else.
    Write(Box<Produced>, &'static str, Option<(usize, Arc<Command>)>),
}

impl Shop {
    /// The shop of the world of `plan`, which begins at `begin`.
    #[must_use]
    pub fn new(setting: Arc<Setting>, plan: &WorldPlan, begin: Timestamp) -> Self {
        let pen = Pen::new(setting.registry().clone());
        let mut queue = Queue::default();
        for record in customers::beginnings(&pen, begin) {
            queue.add(begin, Due::Write(Box::new(record), "the shop", None));
        }
        for wish in &plan.wishes {
            queue.add(later(begin, wish.at_ms), Due::Wish(wish.clone()));
        }
        let orders = plan.wishes.iter().filter_map(|wish| match wish.what {
            Wish::Order { order } => Some(order),
            _ => None,
        });
        Self {
            orders: orders.collect(),
            services: Service::all(plan.tasks),
            manners: plan.services.clone(),
            seed: plan.seed,
            seen: 0,
            read_at: begin,
            is_healed: false,
            setting,
            queue,
            pen,
        }
    }

    /// When [`Shop::act`] has something to do next, also in the past: then at once. None: when something is appended.
    #[must_use]
    pub fn next_due(&self, host: &Host) -> Option<Timestamp> {
        let may_read = host.is_up() && host.appended() != self.seen;
        let read_at = may_read.then(|| later(self.read_at, READ_EVERY_MS));
        let up_at = self.services.iter().filter_map(|service| service.down_until).min();
        [read_at, up_at, self.queue.next_due()].into_iter().flatten().min()
    }

    /// Does what is due.
    pub fn act(&mut self, now: Timestamp, host: &mut Host, history: &mut History) {
        for service in &mut self.services {
            if service.down_until.is_some_and(|until| until <= now) {
                service.down_until = None;
                self.seen = 0;
            }
        }
        if host.is_up() && host.appended() != self.seen && later(self.read_at, READ_EVERY_MS) <= now {
            self.read(now, host, history);
        }
        while let Some(due) = self.queue.take(now) {
            match due {
                Due::Wish(wish) => {
                    let record = customers::write(&wish, self.seed, &self.setting, &self.pen, now);
                    self.write(Box::new(record), "a customer", None, now, host, history);
                }
                Due::Do(service, command, fate) => self.carry_out(service, &command, &fate, now),
                Due::Write(record, by, answers) => self.write(record, by, answers, now, host, history),
            }
        }
    }

    /// A fault of the shop: [`Fault::Service`] and [`Fault::Poison`]; others are none of its business.
    pub fn suffer(&mut self, fault: &Fault, now: Timestamp) {
        match fault {
            Fault::Service { service, down_ms } => self.down(service % self.services.len(), later(now, *down_ms)),
            Fault::Poison { topic, bytes } => {
                let poison = self.poison(*topic, bytes);
                self.queue.add(now, Due::Write(Box::new(poison), "nobody", None));
            }
            _ => {}
        }
    }

    /// Everybody behaves from here on, what was never answered is, and all customers try once more to pay.
    pub fn heal(&mut self, now: Timestamp) {
        self.is_healed = true;
        self.seen = 0;
        self.queue.no_later_than(later(now, HURRIED_MS));
        for order in &self.orders {
            let wish = Timed {
                at_ms: -1,
                what: Wish::RetryPayment { order: *order },
            };
            self.queue.add(later(now, PAY_AFTER_MS), Due::Wish(wish));
        }
        for (place, service) in self.services.iter_mut().enumerate() {
            service.down_until = None;
            for command in service.owed() {
                let fate = Fate::healed(self.seed, &command.id);
                self.queue
                    .add(later(now, fate.done_after_ms), Due::Do(place, command, fate));
            }
        }
    }

    fn down(&mut self, place: usize, until: Timestamp) {
        let lost = self.queue.remove(|due| match due {
            Due::Do(service, ..) | Due::Write(_, _, Some((service, _))) => *service == place,
            _ => false,
        });
        let service = &mut self.services[place];
        service.down_until = service.down_until.max(Some(until));
        for due in lost {
            if let Due::Do(_, command, _) = due {
                service.forget(command);
            }
        }
    }

    /// Services read their commands, and it is decided what becomes of each.
    fn read(&mut self, now: Timestamp, host: &mut Host, history: &mut History) {
        self.seen = host.appended();
        self.read_at = now;
        for (place, service) in self.services.iter_mut().enumerate() {
            if service.down_until.is_some() {
                continue;
            }
            for command in service.poll(host, !self.manners.read_uncommitted, now) {
                let fate = match self.is_healed {
                    true => Fate::healed(self.seed, &command.id),
                    false => Fate::of(self.seed, &command.id, &self.manners),
                };
                history.add(
                    now,
                    Happened::Asked {
                        service: service.name.to_owned(),
                        id: command.id.to_string(),
                        what: fate.words(),
                    },
                );
                let at = later(now, fate.done_after_ms);
                let command = Arc::new(command);
                if let Some(choice) = fate.unasked {
                    let record = unasked::unasked(&command, choice, service.name, service.events, &self.pen, now);
                    self.queue.add(at, Due::Write(Box::new(record), service.name, None));
                }
                match fate.manner {
                    Manner::IsSilent => service.forget(command),
                    Manner::Wrong(choice) => {
                        let record = unasked::wrong(&command, choice, service.name, service.events, &self.pen, now);
                        self.queue.add(at, Due::Write(Box::new(record), service.name, None));
                        service.forget(command);
                    }
                    _ => self.queue.add(at, Due::Do(place, command, fate)),
                }
            }
        }
    }

    fn carry_out(&mut self, place: usize, command: &Arc<Command>, fate: &Fate, now: Timestamp) {
        let service = &mut self.services[place];
        let Some(answer) = service.carry_out(command, fate, &self.pen, now) else {
            return service.forget(Arc::clone(command));
        };
        if fate.manner == Manner::DoesAndIsSilent && !self.is_healed {
            return;
        }
        let echo = if fate.is_bare { Echo::Nothing } else { Echo::Headers };
        let record = answer.to(command, service.name, service.events, echo, now);
        let told_after_ms = match self.is_healed {
            true => fate.told_after_ms.min(HURRIED_MS),
            false => fate.told_after_ms,
        };
        let told_at = later(now, told_after_ms);
        let write = || {
            Due::Write(
                Box::new(record.clone()),
                service.name,
                Some((place, Arc::clone(command))),
            )
        };
        self.queue.add(told_at, write());
        if let Some(again) = fate.again_after_ms {
            self.queue.add(later(told_at, again), write());
        }
    }

    fn write(
        &mut self,
        record: Box<Produced>,
        by: &'static str,
        answers: Option<(usize, Arc<Command>)>,
        now: Timestamp,
        host: &mut Host,
        history: &mut History,
    ) {
        let key = record.key.as_deref().unwrap_or_default();
        let partition = record
            .partition
            .unwrap_or_else(|| partition_of(key, self.setting.partitions_of(&record.topic)));
        let to = TopicPartition::new(Arc::clone(&record.topic), partition);
        let Some(offset) = host.produce(&to, &record, now) else {
            let again = later(now, WRITE_AGAIN_MS);
            return self.queue.add(again, Due::Write(record, by, answers));
        };
        let is_echo = record.headers.iter().any(|header| &*header.name == IDEMPOTENCY_KEY);
        if let Some((service, command)) = answers.as_ref().filter(|_| is_echo) {
            // Without headers it may not be known what it answers.
            self.services[*service].told(command);
        }
        let what = words(&record);
        let by = by.to_owned();
        history.add(now, Happened::Written { by, to, offset, what });
    }

    /// Bytes of nobody's, under a key that is missing, no text, or an order's.
    fn poison(&self, topic: usize, bytes: &[u8]) -> Produced {
        let inputs = self.setting.inputs();
        let key = match bytes.len() % 3 {
            0 => None,
            1 => Some(Bytes::from_static(&[0xff, 0xfe])),
            _ => Some(order::id(bytes.len() % 5).into()),
        };
        Produced {
            topic: Arc::clone(&inputs[topic % inputs.len()]),
            partition: None,
            key,
            value: Some(Bytes::copy_from_slice(bytes)),
            headers: Vec::new(),
        }
    }
}

fn later(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp(at.0 + ms)
}

/// A record in words: its type and its key.
fn words(record: &Produced) -> String {
    let of_type = record.headers.iter().find(|header| &*header.name == CE_TYPE);
    let of_type = of_type.map_or("something".into(), |header| String::from_utf8_lossy(&header.value));
    let key = record.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    format!("{of_type} of '{key}'")
}
