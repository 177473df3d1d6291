//! Money: reserved, given back, taken.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::book::{BARRED, Book, Work};
use crate::shop::{
    answer::Answer,
    order::{CURRENCY, CUSTOMERS},
};

const FAILED: &str = "shop.payments.PaymentFailed";

/// The payment service's books.
pub(in super::super) struct Payments {
    /// What each customer can still spend.
    accounts: BTreeMap<&'static str, i64>,
    /// By order.
    reservations: BTreeMap<String, Reservation>,
    /// Orders whose payment was taken back.
    barred: BTreeSet<String>,
    reserved: u32,
}

struct Reservation {
    number: u32,
    customer: String,
    amount_minor: i64,
    is_captured: bool,
}

#[derive(Deserialize)]
struct Reserve {
    customer_id: String,
    amount_minor: i64,
}

#[derive(Serialize)]
struct Succeeded<'p> {
    order_id: &'p str,
    reservation_id: String,
    amount_minor: i64,
    currency: &'p str,
}

#[derive(Serialize)]
struct Moved<'p> {
    order_id: &'p str,
    amount_minor: i64,
    currency: &'p str,
}

impl Default for Payments {
    fn default() -> Self {
        Self {
            accounts: CUSTOMERS.into_iter().collect(),
            reservations: BTreeMap::new(),
            barred: BTreeSet::new(),
            reserved: 0,
        }
    }
}

impl Book for Payments {
    fn carry_out(&mut self, work: &Work<'_>) -> Option<Answer> {
        match work.command.record.as_str() {
            "shop.payments.ReservePayment" => self.reserve(work),
            "shop.payments.RefundPayment" => Some(self.refund(work)),
            "shop.payments.CapturePayment" => self.capture(work),
            _ => None,
        }
    }
}

impl Payments {
    fn reserve(&mut self, work: &Work<'_>) -> Option<Answer> {
        let order = work.order();
        if let Some(held) = self.reservations.get(order) {
            return Some(succeeded(work, held));
        }
        if self.barred.contains(order) && !work.slips_the_bar {
            return Some(work.refuse(FAILED, BARRED));
        }
        if let Some(refused) = work.refused(FAILED, "BANK_UNAVAILABLE", "BANK_REFUSED") {
            return Some(refused);
        }
        let wanted: Reserve = work.pen.read(&work.command.value)?;
        let Some(account) = self.accounts.get_mut(wanted.customer_id.as_str()) else {
            return Some(work.refuse(FAILED, "NO_ACCOUNT"));
        };
        if *account < wanted.amount_minor {
            return Some(work.refuse(FAILED, "BALANCE_TOO_SMALL"));
        }
        *account -= wanted.amount_minor;
        self.reserved += 1;
        let held = Reservation {
            number: self.reserved,
            customer: wanted.customer_id,
            amount_minor: wanted.amount_minor,
            is_captured: false,
        };
        let answer = succeeded(work, &held);
        self.reservations.insert(order.to_owned(), held);
        Some(answer)
    }

    /// Gives back what is held; nothing is a success, too.
    fn refund(&mut self, work: &Work<'_>) -> Answer {
        let order = work.order();
        self.barred.insert(order.to_owned());
        let amount_minor = self.reservations.remove(order).map_or(0, |held| {
            if let Some(account) = self.accounts.get_mut(held.customer.as_str()) {
                *account += held.amount_minor;
            }
            held.amount_minor
        });
        let moved = Moved {
            order_id: order,
            amount_minor,
            currency: CURRENCY,
        };
        work.answer("shop.payments.PaymentRefunded", &moved)
    }

    /// Takes what is held. There is no refusal: without a reservation a person would have to look.
    fn capture(&mut self, work: &Work<'_>) -> Option<Answer> {
        let order = work.order();
        let held = self.reservations.get_mut(order)?;
        held.is_captured = true;
        let moved = Moved {
            order_id: order,
            amount_minor: held.amount_minor,
            currency: CURRENCY,
        };
        let id = format!("payments/capture/{order}/{}", held.number);
        Some(work.answer_with("shop.payments.PaymentCaptured", id, &moved))
    }
}

fn succeeded(work: &Work<'_>, held: &Reservation) -> Answer {
    let reservation_id = format!("payments/reservation/{}/{}", work.order(), held.number);
    let content = Succeeded {
        order_id: work.order(),
        reservation_id: reservation_id.clone(),
        amount_minor: held.amount_minor,
        currency: CURRENCY,
    };
    work.answer_with("shop.payments.PaymentSucceeded", reservation_id, &content)
}
