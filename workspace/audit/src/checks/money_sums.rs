//! The money of one order.

use std::fmt;

use palinode_core::Outcome;

/// What became of an order's money, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) reserved: i64,
    pub(super) refunded: i64,
    pub(super) captured: i64,
}

impl Sums {
    /// What is held.
    pub(super) fn left(self) -> i64 {
        self.reserved - self.refunded - self.captured
    }

    /// What the customer no longer has.
    pub(super) fn spent(self) -> i64 {
        self.reserved - self.refunded
    }

    /// What is wrong with the sums of an order that ended with `outcome` and costs `total`.
    pub(super) fn fault(self, outcome: Option<Outcome>, total: Option<i64>) -> Option<String> {
        let Self {
            reserved,
            refunded,
            captured,
        } = self;
        if refunded > 0 && captured > 0 {
            return Some(format!("money was both taken and given back: {self}"));
        }
        if self.left() < 0 || reserved < 0 || refunded < 0 || captured < 0 {
            return Some(format!("more was taken or given back than was reserved: {self}"));
        }
        match outcome {
            Some(Outcome::Completed) if captured != reserved || total.is_some_and(|total| total != captured) => {
                let total = total.map(|total| format!(", of {total} owed")).unwrap_or_default();
                Some(format!(
                    "the order completed, and was not paid as it should: {self}{total}"
                ))
            }
            Some(Outcome::Compensated) if refunded != reserved => Some(format!(
                "the order was compensated, and not all money was given back: {self}"
            )),
            _ => None,
        }
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            reserved,
            refunded,
            captured,
        } = self;
        write!(f, "reserved {reserved}, given back {refunded}, taken {captured}")
    }
}
