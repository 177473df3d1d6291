//! Stores with many open sagas, without an order for each of them.
//!
//! One order's saga is started by the engine's own functions, as its start event has it. The others are the same but for
//! their keys, their traces, and when their waits end. The node that the stores belong to does not run. The stores take them
//! as they take snapshots.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail, ensure};
use bytes::Bytes;
use palinode_core::{Context, Input, Payload, RequestStatus, Saga, SagaId, SagaState, Timestamp, transition};
use palinode_store::{
    Restored, Snapshotted, Store, Stores,
    rocks::{Owner, Place, RocksStore, RocksStores, Settings},
};
use palinode_wire::{frame, headers::root, partition_of};

use super::{
    ground::{Ground, PARTITIONS},
    orders::Orders,
};

/// The definition that the open sagas follow.
const DEFINITION: &str = "order-fulfilment.yaml";
/// They wait so long for what will not come.
const WAITS: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Sagas that a store takes in at a time.
const AT_ONCE: usize = 2_000;

/// What all sagas are made from.
struct Template {
    state: SagaState,
    /// Where the key stands in the start event.
    key_at: usize,
}

/// The key of the open saga `number` of `sagas`: the keys are spread evenly, as the beginnings of random ones are, and
/// come in order.
pub(super) fn key(number: u64, sagas: u64) -> String {
    let begin = u128::from(number) * (1 << 32) / u128::from(sagas.max(1));
    format!("{begin:08x}-open-{number:08}")
}

/// Adds so many open sagas to the stores below `data`, which a node has made that does not run.
pub(super) fn fill(ground: &Ground, data: &Path, sagas: u64) -> anyhow::Result<()> {
    let template = Template::make(ground)?;
    let places = Place::all(data)?;
    ensure!(
        places.len() == PARTITIONS as usize,
        "{} stores in {}",
        places.len(),
        data.display()
    );
    let first = places.first().context("there is no store")?;
    let owner = Owner::of(first)?;
    let stores = RocksStores::new(Settings {
        data: data.to_owned(),
        cluster: owner.cluster,
        application: first.application.clone(),
        partitions: owner.partitions,
        member: first.member.clone(),
        memory_bytes: Settings::MEMORY_BYTES_DEFAULT,
    });
    let begun = Instant::now();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let filling: Vec<_> = (0..workers)
            .map(|worker| {
                let tasks = (0..PARTITIONS)
                    .filter(|task| *task as usize % workers == worker)
                    .collect();
                let (stores, template) = (&stores, &template);
                scope.spawn(move || Share::open(stores, tasks)?.fill(template, sagas))
            })
            .collect();
        filling
            .into_iter()
            .try_for_each(|filled| filled.join().map_err(|_| anyhow!("filling the stores panicked"))?)
    })?;
    println!("  {sagas} open sagas stored in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// The stores that one thread fills.
struct Share {
    /// By task; those of other threads are left out.
    stores: Vec<Option<(RocksStore, Vec<Restored>)>>,
}

impl Share {
    fn open(stores: &RocksStores, tasks: Vec<i32>) -> anyhow::Result<Self> {
        let mut all: Vec<_> = (0..PARTITIONS).map(|_| None).collect();
        for task in tasks {
            all[task as usize] = Some((stores.open(task)?, Vec::with_capacity(AT_ONCE)));
        }
        Ok(Self { stores: all })
    }

    fn fill(mut self, template: &Template, sagas: u64) -> anyhow::Result<()> {
        for number in 0..sagas {
            let key = key(number, sagas);
            let task = partition_of(key.as_bytes(), PARTITIONS);
            let Some((store, waiting)) = &mut self.stores[task as usize] else {
                continue;
            };
            let state = template.state(&key, number);
            waiting.push(Restored::Saga {
                id: state.id.clone(),
                saga: Saga::Open(Box::new(state)),
                from: Snapshotted::OfItsOwn,
            });
            if waiting.len() == AT_ONCE {
                store.restore(std::mem::replace(waiting, Vec::with_capacity(AT_ONCE)))?;
            }
        }
        for (mut store, waiting) in self.stores.into_iter().flatten() {
            store.restore(waiting)?;
            let (checkpoint, checkpoints) = (store.checkpoint().clone(), store.checkpoints().clone());
            store.end_restore(checkpoint, checkpoints)?;
        }
        Ok(())
    }
}

impl Template {
    fn make(ground: &Ground) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(ground.repository.join("sagas").join(DEFINITION))
            .with_context(|| format!("{DEFINITION} cannot be read"))?;
        let plan = palinode_definition::read(DEFINITION, &text).map_err(|found| anyhow!("{found}"))?;
        let key = key(0, 1);
        let orders = Orders::new(&ground.schemas, String::new())?;
        let (schema, bytes) = frame::split(&Bytes::from(orders.encode(&key, 0)?))?;
        let key_at = bytes
            .windows(key.len())
            .position(|part| part == key.as_bytes())
            .context("an order does not hold its own id")?;
        let start = Input::Start {
            payload: Payload { schema, bytes },
            correlation: key.as_str().into(),
            traceparent: Some(root(key.as_bytes()).into()),
        };
        let schemas = ground.schemas.known()?;
        let context = Context {
            plan: &plan,
            decoder: &schemas,
            now: Timestamp(jiff::Timestamp::now().as_millisecond()),
        };
        let id = SagaId::new(plan.name.clone(), key.as_str());
        match transition(context, &id, None, &start).saga {
            Some(Saga::Open(state)) if state.suspended.is_none() => Ok(Self { state: *state, key_at }),
            other => bail!("an order that has started waits for its participants, but this one: {other:?}"),
        }
    }

    /// The saga of this key, whose timers are due later than those of lower numbers.
    fn state(&self, key: &str, number: u64) -> SagaState {
        let mut state = self.state.clone();
        state.id.key = key.into();
        state.correlation = key.into();
        state.traceparent = Some(root(key.as_bytes()).into());
        let mut bytes = state.start.bytes.to_vec();
        bytes[self.key_at..self.key_at + key.len()].copy_from_slice(key.as_bytes());
        state.start.bytes = bytes.into();
        let later = |due: Timestamp| due.plus(WAITS + Duration::from_millis(number));
        state.deadline_at = state.deadline_at.map(later);
        for step in &mut state.steps {
            if let RequestStatus::Pending { due } = &mut step.forward.status {
                *due = later(*due);
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_and_have_one_length() {
        let keys: Vec<String> = (0..1_000).map(|number| key(number, 1_000)).collect();
        assert!(keys.is_sorted() && keys.iter().all(|key| key.len() == keys[0].len()));
        assert_eq!(key(0, 1).len(), key(9_999_999, 10_000_000).len());
        assert_eq!(key(500, 1_000), "80000000-open-00000500");
    }
}
