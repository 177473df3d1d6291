//! Money is neither lost nor made.

use std::{collections::HashMap, sync::Arc};

use palinode_core::{Outcome, SagaId, Value};
use serde::Deserialize;

use super::money_sums::Sums;
use super::shop::{Counted, Replies, decode, field, record_on};
use crate::{
    check::Check,
    facts::{Facts, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, Event, EventKind, InputPosition, Seen},
};

/// What was reserved for an order is taken when it completes and given back when it does not, and never both; no
/// customer spends more than the account held.
#[derive(Default)]
pub(crate) struct Money {
    orders: Vec<Order>,
    by_id: HashMap<Arc<str>, usize>,
    placed: PerSaga<Option<Placed>>,
    accounts: Vec<Account>,
    by_customer: HashMap<Arc<str>, usize>,
}

struct Order {
    id: Arc<str>,
    replies: Replies<Paid>,
}

/// What a reply says of an order.
struct Paid {
    amount: i64,
    currency: Box<str>,
}

/// What the start of an order says.
struct Placed {
    total: i64,
    customer: Arc<str>,
}

#[derive(Default)]
struct Account {
    customer: Arc<str>,
    opened: Replies<i64>,
}

#[derive(Deserialize)]
struct Payment {
    order_id: Arc<str>,
    amount_minor: i64,
    currency: Box<str>,
    #[serde(default)]
    reservation_id: Option<Box<str>>,
}

#[derive(Deserialize)]
struct Opened {
    customer_id: Arc<str>,
    balance_minor: i64,
}

const TOPIC: &str = "payments.events";
const SUCCEEDED: &str = "shop.payments.PaymentSucceeded";
const REFUNDED: &str = "shop.payments.PaymentRefunded";
const CAPTURED: &str = "shop.payments.PaymentCaptured";
const OPENED: &str = "shop.payments.AccountOpened";

impl Check for Money {
    fn name(&self) -> &'static str {
        "money"
    }

    fn meaning(&self) -> &'static str {
        "a customer paid for nothing, paid twice, or did not pay"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, _: &mut Findings) {
        if let Content::Event(event) = &seen.content {
            return self.placed(event, seen, facts);
        }
        match record_on(TOPIC, seen, facts) {
            Some(SUCCEEDED) => self.payment(SUCCEEDED, seen),
            Some(REFUNDED) => self.payment(REFUNDED, seen),
            Some(CAPTURED) => self.payment(CAPTURED, seen),
            Some(OPENED) => self.opened(seen),
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        let mut spent = vec![0_i64; self.accounts.len()];
        for order in &self.orders {
            let saga = facts.find(&SagaId::new(facts.options.orders.clone(), Arc::clone(&order.id)));
            let Some((sums, at)) = order.sums(saga, facts, found) else {
                continue;
            };
            let placed = saga.and_then(|saga| self.placed.of(saga).as_ref());
            if let Some(account) = placed.and_then(|placed| self.by_customer.get(&placed.customer)) {
                spent[*account] += sums.spent();
            }
            let total = placed.map(|placed| placed.total);
            let place = facts.place(at);
            match saga {
                Some(saga) => {
                    if let Some(what) = sums.fault(facts.saga(saga).outcome, total) {
                        found.of_saga(facts, saga, Some(place), || what);
                    }
                }
                None if facts.options.expect.is_drained() && sums.left() != 0 => found.add(Some(place), || {
                    format!(
                        "{} is held for the order '{}', which no saga knows",
                        sums.left(),
                        order.id
                    )
                }),
                None => {}
            }
        }
        self.unpaid(facts, found);
        for (account, spent) in self.accounts.iter().zip(spent) {
            let opened = account.opened.counted(facts);
            let balance: i64 = opened.iter().map(|(opened, _)| opened.content).sum();
            if spent > balance {
                found.add(None, || {
                    format!("the customer '{}' had {balance} and spent {spent}", account.customer)
                });
            }
        }
    }
}

impl Money {
    fn placed(&mut self, event: &Event, seen: &Seen<'_>, facts: &Facts) {
        if event.kind != EventKind::Started || facts.saga(event.saga).id.definition != facts.options.orders {
            return;
        }
        let Some(payload) = &event.payload else { return };
        let read = |name| field(seen.schemas, payload, name);
        if let (Some(Value::Long(total)), Some(Value::String(customer))) = (read("total_minor"), read("customer_id")) {
            *self.placed.of(event.saga) = Some(Placed { total, customer });
        }
    }

    fn opened(&mut self, seen: &Seen<'_>) {
        let Some(Opened {
            customer_id,
            balance_minor,
        }) = decode(seen)
        else {
            return;
        };
        let next = self.accounts.len();
        let at = *self.by_customer.entry(Arc::clone(&customer_id)).or_insert(next);
        if at == next {
            self.accounts.push(Account {
                customer: customer_id,
                ..Account::default()
            });
        }
        self.accounts[at].opened.keep(OPENED, seen, None, balance_minor);
    }

    fn payment(&mut self, kind: &'static str, seen: &Seen<'_>) {
        let Some(payment) = decode::<Payment>(seen) else { return };
        let next = self.orders.len();
        let at = *self.by_id.entry(Arc::clone(&payment.order_id)).or_insert(next);
        if at == next {
            self.orders.push(Order {
                id: payment.order_id,
                replies: Replies::default(),
            });
        }
        let paid = Paid {
            amount: payment.amount_minor,
            currency: payment.currency,
        };
        let other_id = payment.reservation_id.as_deref();
        self.orders[at].replies.keep(kind, seen, other_id, paid);
    }

    /// Completed orders that cost something and for which no payment was ever told.
    fn unpaid(&mut self, facts: &Facts, found: &mut Findings) {
        let completed = facts
            .sagas()
            .filter(|(_, saga)| saga.outcome == Some(Outcome::Completed));
        for (index, saga) in completed {
            let Some(total) = self.placed.of(index).as_ref().map(|placed| placed.total) else {
                continue;
            };
            let order = self.by_id.get(saga.id.key.as_str()).map(|at| &self.orders[*at]);
            if total != 0 && order.is_none_or(|order| order.replies.counted(facts).is_empty()) {
                found.of_saga(facts, index, saga.last_place(), || {
                    format!("the order completed, costs {total}, and nothing was paid")
                });
            }
        }
    }
}

impl Order {
    /// What became of its money, and where its last reply stands; none when no reply counts.
    fn sums(&self, saga: Option<SagaIndex>, facts: &Facts, found: &mut Findings) -> Option<(Sums, InputPosition)> {
        let replies = self.replies.counted(facts);
        let (first, _) = replies.first()?;
        let (mut sums, mut last) = (Sums::default(), first.at);
        for (reply, counted) in &replies {
            let mut fault = |what: String| match saga {
                Some(saga) => found.of_saga(facts, saga, Some(facts.place(reply.at)), || what),
                None => found.add(Some(facts.place(reply.at)), || what),
            };
            let Paid { amount, currency } = &reply.content;
            if *counted == Counted::Second {
                fault(format!(
                    "one request has two different answers of the type {}",
                    reply.kind()
                ));
            }
            if *currency != first.content.currency {
                fault(format!(
                    "an order is paid in {} and in {currency}",
                    first.content.currency
                ));
            }
            last = reply.at;
            match reply.kind() {
                SUCCEEDED => sums.reserved += amount,
                REFUNDED => sums.refunded += amount,
                _ => sums.captured += amount,
            }
        }
        Some((sums, last))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn money_that_was_not_taken_is_found() {
        let mut world = World::clean();
        world.replace(
            "input o-1 PaymentCaptured 1",
            json!({"order_id": "o-1", "amount_minor": 90, "currency": "EUR"}),
        );
        let what =
            "the order completed, and was not paid as it should: reserved 100, given back 0, taken 90, of 100 owed";
        world.finds("money", "o-1", what);
    }

    #[test]
    fn another_amount_than_was_owed_is_found_in_whatever_order_topics_are_read() {
        let mut world = World::clean();
        let paid = json!({"order_id": "o-1", "reservation_id": "r", "amount_minor": 90, "currency": "EUR"});
        world.replace("input o-1 PaymentSucceeded 1", paid);
        world.replace(
            "input o-1 PaymentCaptured 1",
            json!({"order_id": "o-1", "amount_minor": 90, "currency": "EUR"}),
        );
        world.journal_first();
        let what =
            "the order completed, and was not paid as it should: reserved 90, given back 0, taken 90, of 100 owed";
        world.finds("money", "o-1", what);
    }

    #[test]
    fn money_that_was_not_given_back_is_found() {
        let mut world = World::clean();
        world.replace(
            "input o-4 PaymentRefunded 1",
            json!({"order_id": "o-4", "amount_minor": 0, "currency": "EUR"}),
        );
        let what = "the order was compensated, and not all money was given back: reserved 100, given back 0, taken 0";
        world.finds("money", "o-4", what);
    }

    #[test]
    fn money_that_was_taken_and_given_back_is_found() {
        let mut world = World::clean();
        world.input("o-1", "PaymentRefunded", 1, "refund");
        world.finds(
            "money",
            "o-1",
            "money was both taken and given back: reserved 100, given back 100, taken 100",
        );
    }

    #[test]
    fn money_that_was_given_back_twice_is_found() {
        let mut world = World::clean();
        world.input("o-4", "PaymentRefunded", 2, "refund");
        let what = "more was taken or given back than was reserved: reserved 100, given back 200, taken 0";
        world.finds("money", "o-4", what);
    }

    #[test]
    fn two_answers_to_one_request_are_found_and_copies_are_not() {
        let mut world = World::clean();
        let copy = world.input("o-1", "PaymentSucceeded", 1, "copy");
        world.transaction("o-1", &copy, &["rejected"]);
        world.passes();
        world.set_header("copy", "ce_id", "another");
        world.finds(
            "money",
            "o-1",
            "one request has two different answers of the type shop.payments.PaymentSucceeded",
        );
    }

    #[test]
    fn another_currency_is_found() {
        let mut world = World::clean();
        world.replace(
            "input o-1 PaymentCaptured 1",
            json!({"order_id": "o-1", "amount_minor": 100, "currency": "USD"}),
        );
        world.finds("money", "o-1", "an order is paid in EUR and in USD");
    }

    #[test]
    fn money_held_for_an_order_that_nobody_knows_is_found() {
        let mut world = World::clean();
        world.input("o-99", "PaymentSucceeded", 1, "stray");
        world.finds("money", "", "100 is held for the order 'o-99', which no saga knows");
    }

    #[test]
    fn an_order_that_was_not_paid_is_found() {
        let mut world = World::clean();
        world.remove("input o-1 PaymentSucceeded 1");
        world.remove("input o-1 PaymentCaptured 1");
        world.finds("money", "o-1", "the order completed, costs 100, and nothing was paid");
    }

    #[test]
    fn a_customer_who_spent_too_much_is_found() {
        let mut world = World::clean();
        world.replace(
            "account",
            json!({"customer_id": "c-1", "balance_minor": 250, "currency": "EUR"}),
        );
        world.finds("money", "", "the customer 'c-1' had 250 and spent 300");
    }

    #[test]
    fn a_reply_that_became_a_dead_letter_is_not_counted() {
        let mut world = World::clean();
        world.input("o-99", "PaymentSucceeded", 1, "stray");
        world.input("o-1", "PaymentRefunded", 1, "refund");
        world.dead_letter("stray");
        world.finds(
            "money",
            "o-1",
            "money was both taken and given back: reserved 100, given back 100, taken 100",
        );
        world.dead_letter("refund");
        world.passes();
    }

    #[test]
    fn a_dead_letter_that_is_read_before_its_reply_is_as_good() {
        let mut world = World::clean();
        world.input("o-99", "PaymentSucceeded", 1, "stray");
        world.dead_letter("stray");
        world.dead_letters_first();
        world.passes();
    }

    #[test]
    fn the_copy_of_a_reply_that_became_a_dead_letter_counts_for_it() {
        let mut world = World::clean();
        world.input("o-99", "PaymentSucceeded", 1, "stray");
        world.copy("stray");
        world.dead_letter("stray");
        world.finds("money", "", "100 is held for the order 'o-99', which no saga knows");
    }
}
