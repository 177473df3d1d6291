//! One input allocates as often whatever the size of its definition.
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    collections::BTreeMap,
    fmt::Write as _,
};

use palinode_core::{Context, Input, Saga, SagaId, Timestamp, Transition, transition};
use palinode_scenario::schemas_of;

use super::{common, subjects};

/// Counts per thread, so that tests beside this one do not count.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    // A thread that ends has no counter any more.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(at, layout, size) }
    }
}

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// A definition of steps one after the other, with the order's records.
fn chain(steps: usize) -> String {
    let mut text = String::from(
        "apiVersion: palinode/v1\nsaga: chain\nversion: 1\nowner: tests\n\
         startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }\n\
         emits:\n  - { on: [started, completed, s0.succeeded, suspended], topic: orders.status, message: \
         shop.orders.OrderStatusChanged, fields: { order_id: start.order_id, status: saga.milestone } }\nsteps:\n",
    );
    for step in 0..steps {
        let after = step
            .checked_sub(1)
            .map_or(String::new(), |before| format!("after: [s{before}], "));
        writeln!(
            text,
            "  - {{ id: s{step}, {after}command: {{ topic: t{step}, message: shop.warehouse.StartFulfilment, fields: {{ \
             order_id: start.order_id }} }}, replies: {{ topic: r{step}, succeeded: shop.warehouse.OrderReadyForShipment, \
             failed: shop.warehouse.PackingFailed }}, compensation: {{ command: {{ message: shop.warehouse.UnpackOrder, \
             fields: {{ order_id: start.order_id }} }}, replies: {{ succeeded: shop.warehouse.OrderUnpacked }} }} }}"
        )
        .unwrap();
    }
    text
}

/// How often each of the first inputs of a chain allocates: a start, a success, another one, a refusal, a compensation.
fn of_chain(steps: usize) -> BTreeMap<&'static str, u64> {
    let plan = common::definition(&chain(steps)).plan;
    let schemas = schemas_of(&common::texts()).unwrap();
    let ground = subjects::Ground::new(common::definition(&common::order_text()).plan, schemas.clone());
    let order = ground.subjects();
    let id = SagaId::new("chain", "o-1");
    let take = |saga: Option<&Saga>, input: &Input, second: i64| -> Transition {
        let context = Context {
            plan: &plan,
            decoder: &schemas,
            now: Timestamp(1_000_000 + second * 1_000),
        };
        transition(context, &id, saga, input)
    };
    let Input::Reply(packed) = &order[3].input else {
        unreachable!()
    };
    let success = |step: u16| subjects::reply(step, 1, palinode_core::ReplyResult::Succeeded, packed.payload.clone());
    let refusal = subjects::reply(2, 1, palinode_core::ReplyResult::Failed, packed.payload.clone());
    let inputs = [
        ("start", order[0].input.clone()),
        ("a success", success(0)),
        ("another success", success(1)),
        ("a refusal", refusal),
    ];
    let mut counts = BTreeMap::new();
    let mut saga = None;
    for (second, (name, input)) in (0..).zip(&inputs) {
        // What a first use allocates once is not counted.
        drop(take(saga.as_ref(), input, second));
        let mut after = None;
        counts.insert(*name, allocations(|| after = Some(take(saga.as_ref(), input, second))));
        saga = after.and_then(|after| after.saga);
    }
    counts
}

#[test]
fn an_input_allocates_as_often_in_a_large_definition_as_in_a_small_one() {
    let (small, large) = (of_chain(5), of_chain(50));
    assert_eq!(small, large);
    assert!(small.values().all(|count| (1..100).contains(count)), "{small:?}");
    println!("allocations of one input: {small:?}");
}
