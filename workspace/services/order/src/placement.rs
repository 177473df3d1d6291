//! What a customer sends to place an order, and the limits it is held to.
//!
//! Whether there is stock or money is not decided here: that is the saga's work.

use serde::{Deserialize, Serialize};

/// Items in one order. An order travels whole in every start event and warehouse command.
pub(crate) const ITEMS_MAX: usize = 100;
/// Pieces of one article in one order; a typing error of more digits is caught here.
pub(crate) const QUANTITY_MAX: i32 = 10_000;
/// Characters of an article number.
pub(crate) const SKU_CHARS_MAX: usize = 64;
/// Characters of a customer id.
pub(crate) const CUSTOMER_ID_CHARS_MAX: usize = 64;
/// Characters of a customer's name: long enough for any passport.
pub(crate) const CUSTOMER_NAME_CHARS_MAX: usize = 200;
/// The highest price in minor units: ten thousand million of a currency with two digits, far below what a JSON number holds.
pub(crate) const TOTAL_MINOR_MAX: i64 = 1_000_000_000_000;

/// The body of `POST /orders`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The customer's id.
    pub customer_id: String,
    /// The customer's name, as messages address it.
    pub customer_name: String,
    /// What is ordered.
    pub items: Vec<Item>,
    /// The price of the whole order, in minor units of the currency.
    pub total_minor: i64,
    /// The ISO 4217 code of the currency.
    pub currency: String,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The article.
    pub sku: String,
    /// How many.
    pub quantity: i32,
}

/// One thing that is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What.
    pub detail: String,
}

impl Placement {
    /// Everything that is wrong with it; empty when it can be placed.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut hold = |holds: bool, pointer: String, detail: String| {
            if !holds {
                faults.push(Fault { pointer, detail });
            }
        };
        hold(
            is_code(&self.customer_id, CUSTOMER_ID_CHARS_MAX),
            "/customer_id".into(),
            format!("must be 1 to {CUSTOMER_ID_CHARS_MAX} visible ASCII characters"),
        );
        hold(
            is_name(&self.customer_name),
            "/customer_name".into(),
            format!("must be 1 to {CUSTOMER_NAME_CHARS_MAX} characters and no control characters"),
        );
        hold(
            (1..=ITEMS_MAX).contains(&self.items.len()),
            "/items".into(),
            format!("must hold 1 to {ITEMS_MAX} items"),
        );
        hold(
            (1..=TOTAL_MINOR_MAX).contains(&self.total_minor),
            "/total_minor".into(),
            format!("must be 1 to {TOTAL_MINOR_MAX}"),
        );
        hold(
            is_currency(&self.currency),
            "/currency".into(),
            "must be an ISO 4217 code: three capital letters".into(),
        );
        for (at, item) in self.items.iter().enumerate().take(ITEMS_MAX) {
            hold(
                is_code(&item.sku, SKU_CHARS_MAX),
                format!("/items/{at}/sku"),
                format!("must be 1 to {SKU_CHARS_MAX} visible ASCII characters"),
            );
            hold(
                (1..=QUANTITY_MAX).contains(&item.quantity),
                format!("/items/{at}/quantity"),
                format!("must be 1 to {QUANTITY_MAX}"),
            );
            hold(
                self.items[..at].iter().all(|earlier| earlier.sku != item.sku),
                format!("/items/{at}/sku"),
                format!("'{}' stands in an earlier item; add the quantities", item.sku),
            );
        }
        faults
    }
}

fn is_code(text: &str, chars_max: usize) -> bool {
    (1..=chars_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= CUSTOMER_NAME_CHARS_MAX && !text.chars().any(char::is_control)
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Placement {
        Placement {
            customer_id: "c-1".into(),
            customer_name: "Ada Löwe".into(),
            items: vec![
                Item {
                    sku: "tea".into(),
                    quantity: 2,
                },
                Item {
                    sku: "cup".into(),
                    quantity: 1,
                },
            ],
            total_minor: 4_990,
            currency: "EUR".into(),
        }
    }

    /// The pointers at which `change` makes a good body faulty.
    fn pointers(change: impl FnOnce(&mut Placement)) -> Vec<String> {
        let mut placement = good();
        change(&mut placement);
        placement.faults().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_good_body_has_no_fault() {
        assert_eq!(good().faults(), []);
    }

    #[test]
    fn every_limit_is_held_at_its_edge() {
        assert_eq!(pointers(|body| body.customer_id = "c".repeat(64)), Vec::<String>::new());
        assert_eq!(pointers(|body| body.customer_id = "c".repeat(65)), ["/customer_id"]);
        assert_eq!(pointers(|body| body.customer_id = "c 1".into()), ["/customer_id"]);
        assert_eq!(pointers(|body| body.customer_name = " ".into()), ["/customer_name"]);
        assert_eq!(pointers(|body| body.customer_name = "a\nb".into()), ["/customer_name"]);
        assert_eq!(
            pointers(|body| body.customer_name = "ä".repeat(200)),
            Vec::<String>::new()
        );
        assert_eq!(
            pointers(|body| body.customer_name = "ä".repeat(201)),
            ["/customer_name"]
        );
        assert_eq!(pointers(|body| body.total_minor = 0), ["/total_minor"]);
        assert_eq!(
            pointers(|body| body.total_minor = TOTAL_MINOR_MAX + 1),
            ["/total_minor"]
        );
        assert_eq!(pointers(|body| body.currency = "eur".into()), ["/currency"]);
        assert_eq!(pointers(|body| body.items[1].quantity = 0), ["/items/1/quantity"]);
        assert_eq!(
            pointers(|body| body.items[0].quantity = QUANTITY_MAX + 1),
            ["/items/0/quantity"]
        );
        assert_eq!(pointers(|body| body.items[0].sku = String::new()), ["/items/0/sku"]);
    }

    #[test]
    fn an_order_needs_items_and_not_too_many() {
        let item = |at| Item {
            sku: format!("sku-{at}"),
            quantity: 1,
        };
        assert_eq!(pointers(|body| body.items.clear()), ["/items"]);
        assert_eq!(
            pointers(|body| body.items = (0..ITEMS_MAX).map(item).collect()),
            Vec::<String>::new()
        );
        assert_eq!(
            pointers(|body| body.items = (0..=ITEMS_MAX).map(item).collect()),
            ["/items"]
        );
    }

    #[test]
    fn an_article_stands_once() {
        assert_eq!(pointers(|body| body.items[1].sku = "tea".into()), ["/items/1/sku"]);
    }
}
