//! A saga whose first step is another saga, on another partition.

use std::{rc::Rc, sync::Arc};

use palinode_audit::{Auditor, Graph, GraphStep, Options, Record};
use palinode_core::{Saga, SagaId, Timestamp};
use palinode_store::memory::MemoryStores;
use palinode_wire::partition_of;

use super::{Setup, Shell, World, plan_from};

/// An order that is packed by a saga of its own, and then shipped. It can be cancelled.
pub(crate) const OUTING: &str = "
apiVersion: palinode/v1
saga: outing
version: 1
owner: order-team
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
cancelledBy: { event: shop.orders.OrderCancellationRequested, topic: orders.requests }
steps:
  - id: parcel
    saga:
      definition: parcel
      key: \"'p-' + start.order_id\"
      start:
        message: shop.orders.PaymentRetryRequested
        fields: { order_id: \"'p-' + start.order_id\", requested_at: start.placed_at }
  - id: send
    after: [parcel]
    command:
      topic: shipments.commands
      message: shop.shipments.CreateShipment
      fields: { order_id: start.order_id, customer_id: start.customer_id, promised_delivery_at: start.promised_delivery_at }
    replies: { topic: shipments.events, succeeded: shop.shipments.OrderShipped, failed: shop.shipments.ShipmentFailed }
";

/// A parcel: stock is taken, and packed.
pub(crate) const PARCEL: &str = "
apiVersion: palinode/v1
saga: parcel
version: 1
owner: warehouse-team
startedBy: { event: shop.orders.PaymentRetryRequested, topic: orders.wishes }
steps:
  - id: money
    command:
      topic: payments.commands
      message: shop.payments.ReservePayment
      fields: { order_id: start.order_id, customer_id: \"'c-1'\", amount_minor: '1', currency: \"'EUR'\" }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentSucceeded, failed: shop.payments.PaymentFailed }
    compensation:
      command:
        message: shop.payments.RefundPayment
        fields: { order_id: start.order_id, amount_minor: '1', currency: \"'EUR'\" }
      replies: { succeeded: shop.payments.PaymentRefunded }
  - id: pack
    after: [money]
    command: { topic: warehouse.commands, message: shop.warehouse.StartFulfilment, fields: { order_id: start.order_id } }
    replies: { topic: warehouse.events, succeeded: shop.warehouse.OrderReadyForShipment, failed: shop.warehouse.PackingFailed }
    compensation:
      command: { message: shop.warehouse.UnpackOrder, fields: { order_id: start.order_id } }
      replies: { succeeded: shop.warehouse.OrderUnpacked }
";

/// Two tasks: the order belongs to the first, its parcel to the second.
pub(crate) struct Outing {
    pub(crate) world: Rc<World>,
    pub(crate) tasks: [Shell; 2],
    pub(crate) order: String,
    pub(crate) parcel: String,
}

impl Outing {
    /// The order is placed. `definitions` are known.
    pub(crate) fn placed(definitions: &[&str]) -> Self {
        let world = World::with(Setup {
            partitions: 2,
            plans: definitions.iter().map(|text| Arc::new(plan_from(text))).collect(),
            ..Setup::default()
        });
        let tasks = [0, 1].map(|task| {
            let mut shell = world.task_of("one", task, MemoryStores::default());
            shell.take_over();
            shell
        });
        let of = |key: &str| partition_of(key.as_bytes(), 2);
        let order = (0..)
            .map(|number| format!("o-{number}"))
            .find(|key| of(key) == 0 && of(&format!("p-{key}")) == 1)
            .unwrap();
        world.place(&order);
        let parcel = format!("p-{order}");
        Self {
            world,
            tasks,
            order,
            parcel,
        }
    }

    /// Both tasks work until neither has anything to do.
    pub(crate) fn run(&mut self) {
        for _ in 0..4 {
            self.tasks.iter_mut().for_each(Shell::run);
        }
    }

    /// Both tasks work and all participants do what they are asked, some times.
    pub(crate) fn obey(&mut self) {
        for _ in 0..4 {
            self.run();
            self.world.obey();
        }
        self.run();
    }

    /// A saga, as the task has it that it belongs to.
    pub(crate) fn saga(&self, definition: &str, key: &str) -> Option<Saga> {
        let task = usize::try_from(partition_of(key.as_bytes(), 2)).unwrap();
        let found = self.tasks[task].cycle().saga(&SagaId::new(definition, key));
        found.expect("it runs").unwrap()
    }

    /// What was written keeps the rules, the auditor finds nothing, and it is replayed to what the stores hold.
    pub(crate) fn ends_as_replayed(self) {
        audited(&self.world);
        let [zero, one] = self.tasks;
        zero.ends_as_replayed();
        one.ends_as_replayed();
    }
}

/// Shows the auditor all topics.
fn audited(world: &World) {
    let mut options = Options {
        partitions: world.partitions,
        ..Options::default()
    };
    for plan in world.plans.borrow().iter() {
        let steps = plan.steps.iter().map(|step| {
            let after = step.after.iter().map(|before| plan.step(*before).name.clone());
            let known = GraphStep {
                after: after.collect(),
                has_compensation: step.compensation.is_some(),
            };
            (step.name.clone(), known)
        });
        let graph = Graph { steps: steps.collect() };
        options.graphs.insert((plan.name.clone(), plan.version), graph);
    }
    let mut auditor = Auditor::new(options);
    for id in world.schemas.ids() {
        auditor
            .add_schema(id, Arc::clone(world.schemas.text(id).unwrap()))
            .unwrap();
    }
    for topic in world.topics() {
        for record in world.broker.read(topic) {
            auditor.see(&Record {
                topic: topic.into(),
                partition: record.source.partition,
                offset: record.offset,
                timestamp: Timestamp(record.timestamp),
                key: record.key.clone(),
                value: record.value.clone(),
                headers: record
                    .headers
                    .iter()
                    .map(|header| (Arc::from(&*header.name), header.value.clone()))
                    .collect(),
            });
        }
    }
    let report = auditor.finish();
    // The shop's money is that of its own order saga, and here a parcel holds some.
    let found = report.violations.iter().filter(|violation| violation.check != "money");
    assert_eq!(found.count(), 0, "{report}");
}
