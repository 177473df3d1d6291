//! Money is conserved, whatever is asked.

use proptest::prelude::*;

use super::{PaymentRig, capture, key, refund, reserve, rig};

/// Where the money is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Money {
    pub(super) customers: i64,
    pub(super) reserved: i64,
    pub(super) held: i64,
    pub(super) taken: i64,
    pub(super) opened: i64,
}

pub(super) fn money(rig: &PaymentRig) -> Money {
    let sum = |sql: &str| {
        rig.database
            .read(|connection| connection.query_row(sql, (), |row| row.get(0)))
            .unwrap()
    };
    Money {
        customers: sum("SELECT coalesce(sum(balance_minor), 0) FROM accounts"),
        reserved: sum("SELECT coalesce(sum(reserved_minor), 0) FROM accounts"),
        held: sum("SELECT coalesce(sum(amount_minor), 0) FROM reservations WHERE status = 'held'"),
        taken: sum("SELECT coalesce(sum(amount_minor), 0) FROM reservations WHERE status = 'captured'"),
        opened: sum("SELECT count(*) * 1000 FROM accounts"),
    }
}

#[derive(Clone, Debug)]
enum Ask {
    Reserve { order: u8, round: u32 },
    Refund { order: u8, round: u32 },
    Capture { order: u8 },
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let ask = prop_oneof![
        (0..6u8, 1..3u32).prop_map(|(order, round)| Ask::Reserve { order, round }),
        (0..6u8, 1..3u32).prop_map(|(order, round)| Ask::Refund { order, round }),
        (0..6u8).prop_map(|order| Ask::Capture { order }),
    ];
    proptest::collection::vec(ask, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked in whatever order and however often: no money is made or lost, what is reserved is what is
    /// held, and a request always gets the same answer.
    #[test]
    fn money_is_conserved_and_answers_stay(asks in asks()) {
        let (mut rig, _) = rig();
        let mut answers = std::collections::BTreeMap::new();
        for ask in asks {
            let (request, messages) = match ask {
                Ask::Reserve { order, round } => {
                    let (order, customer) = (order.to_string(), (order % 2).to_string());
                    let request = key(&order, "payment", "forward", round);
                    (request.clone(), rig.ask(&request, &reserve(&order, &customer, 300)).unwrap())
                }
                Ask::Refund { order, round } => {
                    let order = order.to_string();
                    let request = key(&order, "payment", "compensation", round);
                    (request.clone(), rig.ask(&request, &refund(&order, 300)).unwrap())
                }
                Ask::Capture { order } => {
                    let order = order.to_string();
                    let request = key(&order, "capture", "forward", 1);
                    (request.clone(), rig.ask(&request, &capture(&order, 300)).unwrap())
                }
            };
            let money = money(&rig);
            prop_assert_eq!(money.customers + money.taken, money.opened);
            prop_assert_eq!(money.reserved, money.held);
            let answer = messages.last().unwrap().clone();
            if answer.topic != "palinode.dead-letters" {
                prop_assert_eq!(answers.entry(request).or_insert_with(|| answer.clone()), &answer);
            }
        }
    }
}
