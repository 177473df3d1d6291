//! The order saga, in a table.

/// What is asked of a service: a step, or to take it back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// How long an attempt waits, in milliseconds.
    pub(super) timeout_ms: i64,
    /// Attempts in all.
    pub(super) attempts: u32,
    /// The pause before the second attempt, in milliseconds; each further one is twice as long.
    pub(super) pause_ms: i64,
    /// The longest pause.
    pub(super) pause_max_ms: i64,
}

/// A step of the order saga.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    /// The steps that come before it.
    pub(super) after: &'static [usize],
    pub(super) work: Work,
    /// How it is taken back.
    pub(super) undo: Option<Work>,
    /// The refusal after which it is worth another try.
    pub(super) again_when: Option<&'static str>,
    /// The record by which its service says that it is done.
    pub(super) done: &'static str,
    /// The record by which its service refuses it.
    pub(super) refused: Option<&'static str>,
    /// The record by which its service says that it is taken back.
    pub(super) undone: Option<&'static str>,
}

pub(super) const PAYMENT: usize = 0;
/// When it may have been done, there is no way back.
pub(super) const PIVOT: usize = 3;
/// So long an order may take, in milliseconds.
pub(super) const DEADLINE_MS: i64 = 72 * 3_600_000;

/// The steps in their order.
pub(super) const STEPS: [Step; 5] = [
    Step {
        name: "payment",
        after: &[],
        work: work(5_000, 3, 1_000, 30_000),
        undo: Some(work(30_000, 10, 1_000, 60_000)),
        again_when: Some("BANK_UNAVAILABLE"),
        done: "shop.payments.PaymentSucceeded",
        refused: Some("shop.payments.PaymentFailed"),
        undone: Some("shop.payments.PaymentRefunded"),
    },
    Step {
        name: "stock",
        after: &[],
        work: work(120_000, 10, 5_000, 300_000),
        undo: Some(work(60_000, 10, 1_000, 60_000)),
        again_when: None,
        done: "shop.warehouse.StockReserved",
        refused: Some("shop.warehouse.StockUnavailable"),
        undone: Some("shop.warehouse.StockReleased"),
    },
    Step {
        name: "packing",
        after: &[PAYMENT, 1],
        work: work(120_000, 10, 5_000, 300_000),
        undo: Some(work(60_000, 10, 1_000, 60_000)),
        again_when: None,
        done: "shop.warehouse.OrderReadyForShipment",
        refused: Some("shop.warehouse.PackingFailed"),
        undone: Some("shop.warehouse.OrderUnpacked"),
    },
    Step {
        name: "shipment",
        after: &[2],
        work: work(30_000, 5, 1_000, 30_000),
        undo: None,
        again_when: None,
        done: "shop.shipments.OrderShipped",
        refused: Some("shop.shipments.ShipmentFailed"),
        undone: None,
    },
    Step {
        name: "capture",
        after: &[PIVOT],
        work: work(10_000, 10, 1_000, 60_000),
        undo: None,
        again_when: None,
        done: "shop.payments.PaymentCaptured",
        refused: None,
        undone: None,
    },
];

const fn work(timeout_ms: i64, attempts: u32, pause_ms: i64, pause_max_ms: i64) -> Work {
    Work {
        timeout_ms,
        attempts,
        pause_ms,
        pause_max_ms,
    }
}

impl Work {
    /// The pause after so many attempts; none when no further one follows.
    pub(super) fn pause_after(&self, attempts: u32) -> Option<i64> {
        let doubled = self.pause_ms << attempts.saturating_sub(1).min(20);
        (attempts < self.attempts).then(|| doubled.min(self.pause_max_ms))
    }
}

/// What a record of a service says: of which step, whether of taking it back, and whether it is done.
#[must_use]
pub fn said(record: &str) -> Option<(usize, bool, bool)> {
    let of = |(place, step): (usize, &Step)| {
        if step.done == record {
            Some((place, false, true))
        } else if step.refused == Some(record) {
            Some((place, false, false))
        } else {
            (step.undone == Some(record)).then_some((place, true, true))
        }
    };
    STEPS.iter().enumerate().find_map(of)
}
