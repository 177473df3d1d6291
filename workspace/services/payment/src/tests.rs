//! The business without Kafka.

use palinode_participant::{
    OutMessage, Switched, Switches,
    testing::{self, Rig},
};

use super::*;

mod conservation;

use conservation::{Money, money};

type PaymentRig = Rig<Switched<Payment>>;

fn rig() -> (PaymentRig, Switches) {
    let switches = Switches::default();
    let kafka = palinode_participant::KafkaSettings {
        bootstrap_servers: String::new(),
        topic_prefix: String::new(),
    };
    let service = palinode_participant::ServiceSettings::new("payment", kafka, &[Settings::COMMANDS]);
    let settings = Settings {
        first_balance_minor: 1_000,
        ..Settings::new(service)
    };
    let rig = Rig::new(|_, database| {
        Ok(Switched::new(
            Payment::new(&settings, database, switches.clone())?,
            switches.clone(),
        ))
    });
    (rig.unwrap(), switches)
}

fn reserve(order: &str, customer: &str, amount_minor: i64) -> ReservePayment {
    ReservePayment {
        order_id: order.into(),
        customer_id: customer.into(),
        amount_minor,
        currency: "EUR".into(),
    }
}

fn refund(order: &str, amount_minor: i64) -> RefundPayment {
    RefundPayment {
        order_id: order.into(),
        amount_minor,
        currency: "EUR".into(),
    }
}

fn capture(order: &str, amount_minor: i64) -> CapturePayment {
    CapturePayment {
        order_id: order.into(),
        amount_minor,
        currency: "EUR".into(),
    }
}

fn key(order: &str, step: &str, purpose: &str, round: u32) -> String {
    format!("order-fulfilment/{order}/{step}/{purpose}/{round}")
}

fn last<T: palinode_participant::Record>(rig: &PaymentRig, messages: &[OutMessage]) -> T {
    rig.read(messages.last().expect("a reply"))
        .expect("the expected record")
}

fn failure_code(rig: &PaymentRig, messages: &[OutMessage]) -> String {
    last::<PaymentFailed>(rig, messages).code
}

#[test]
fn a_payment_is_reserved_and_an_account_opened_for_it() {
    let (mut rig, _) = rig();
    let messages = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    let opened: AccountOpened = rig.read(&messages[0]).unwrap();
    assert_eq!(
        opened,
        AccountOpened {
            customer_id: "ada".into(),
            balance_minor: 1_000,
            currency: "EUR".into()
        }
    );
    let reply: PaymentSucceeded = last(&rig, &messages);
    assert_eq!((reply.order_id.as_str(), reply.amount_minor), ("7", 400));
    let headers: Vec<_> = [
        "idempotency-key",
        "saga-id",
        "correlation-id",
        "ce_type",
        "ce_source",
        "ce_id",
    ]
    .map(|name| messages[1].header(name).unwrap_or_default().to_owned())
    .into();
    assert_eq!(
        headers,
        [
            "order-fulfilment/7/payment/forward/1",
            "order-fulfilment/7",
            "correlation-of-the-test",
            "shop.payments.PaymentSucceeded",
            "test",
            "order-fulfilment/7/payment/forward/1/reply/shop.payments.PaymentSucceeded",
        ]
    );
}

#[test]
fn a_repeated_request_gets_the_same_bytes_and_reserves_nothing_more() {
    let (mut rig, _) = rig();
    let first = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    rig.now.0 += 60_000;
    let second = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(
        second,
        [OutMessage {
            answers: None,
            ..first[1].clone()
        }]
    );
    assert_eq!(
        money(&rig),
        Money {
            customers: 1_000,
            reserved: 400,
            held: 400,
            taken: 0,
            opened: 1_000
        }
    );
}

#[test]
fn a_new_round_of_something_done_gets_what_was_done() {
    let (mut rig, _) = rig();
    rig.ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    let again = rig
        .ask(&key("7", "payment", "forward", 2), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(last::<PaymentSucceeded>(&rig, &again).amount_minor, 400);
    assert_eq!(money(&rig).reserved, 400);
}

#[test]
fn a_payment_is_refused_for_a_reason() {
    let (mut rig, _) = rig();
    for (order, command, code) in [
        ("1", reserve("1", "refused-eve", 1), "BANK_REFUSED"),
        ("2", reserve("2", "ada", 1_001), "BANK_REFUSED"),
        ("3", reserve("3", "ada", 0), "INVALID_COMMAND"),
        (
            "4",
            ReservePayment {
                currency: "euro".into(),
                ..reserve("4", "ada", 1)
            },
            "INVALID_COMMAND",
        ),
        (
            "5",
            ReservePayment {
                currency: "USD".into(),
                ..reserve("5", "ada", 1)
            },
            "BANK_REFUSED",
        ),
    ] {
        let messages = rig.ask(&key(order, "payment", "forward", 1), &command).unwrap();
        assert_eq!(failure_code(&rig, &messages), code, "{order}");
    }
}

#[test]
fn a_refund_of_nothing_is_a_success_and_bars_the_payment() {
    let (mut rig, _) = rig();
    let undone = rig
        .ask(&key("7", "payment", "compensation", 1), &refund("7", 400))
        .unwrap();
    assert_eq!(last::<PaymentRefunded>(&rig, &undone).amount_minor, 0);
    for round in 1..3 {
        let refused = rig
            .ask(&key("7", "payment", "forward", round), &reserve("7", "ada", 400))
            .unwrap();
        assert_eq!(failure_code(&rig, &refused), "BARRED");
    }
    assert_eq!(money(&rig).reserved, 0);
}

#[test]
fn a_refund_gives_back_once_what_was_held_or_taken() {
    let (mut rig, _) = rig();
    for (order, taken) in [("1", false), ("2", true)] {
        rig.ask(&key(order, "payment", "forward", 1), &reserve(order, "ada", 400))
            .unwrap();
        if taken {
            rig.ask(&key(order, "capture", "forward", 1), &capture(order, 400))
                .unwrap();
        }
        let undone = rig
            .ask(&key(order, "payment", "compensation", 1), &refund(order, 400))
            .unwrap();
        assert_eq!(last::<PaymentRefunded>(&rig, &undone).amount_minor, 400);
        let again = rig
            .ask(&key(order, "payment", "compensation", 2), &refund(order, 400))
            .unwrap();
        assert_eq!(last::<PaymentRefunded>(&rig, &again).amount_minor, 0);
    }
    assert_eq!(
        money(&rig),
        Money {
            customers: 1_000,
            reserved: 0,
            held: 0,
            taken: 0,
            opened: 1_000
        }
    );
}

#[test]
fn a_capture_without_a_reservation_is_a_dead_letter() {
    let (mut rig, _) = rig();
    let messages = rig.ask(&key("7", "capture", "forward", 1), &capture("7", 400)).unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].topic, "palinode.dead-letters");
}

#[test]
fn an_unavailable_bank_is_a_definite_refusal_of_one_round() {
    let (mut rig, switches) = rig();
    switches.set(palinode_participant::Behaviour {
        unavailable: true,
        ..Default::default()
    });
    let refused = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(failure_code(&rig, &refused), "BANK_UNAVAILABLE");
    switches.set(Default::default());
    let repeated = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(
        failure_code(&rig, &repeated),
        "BANK_UNAVAILABLE",
        "the answer of a round stays"
    );
    let next = rig
        .ask(&key("7", "payment", "forward", 2), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(last::<PaymentSucceeded>(&rig, &next).amount_minor, 400);
}

#[test]
fn a_service_that_is_down_answers_nothing_and_answers_the_same_round_later() {
    let (mut rig, switches) = rig();
    switches.set(palinode_participant::Behaviour {
        down: true,
        ..Default::default()
    });
    assert_eq!(
        rig.ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
            .unwrap(),
        []
    );
    assert_eq!(
        rig.ask(&key("8", "payment", "compensation", 1), &refund("8", 400))
            .unwrap(),
        []
    );
    switches.set(Default::default());
    let messages = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(last::<PaymentSucceeded>(&rig, &messages).amount_minor, 400);
    let messages = rig
        .ask(&key("8", "payment", "forward", 1), &reserve("8", "ada", 400))
        .unwrap();
    assert_eq!(
        last::<PaymentSucceeded>(&rig, &messages).amount_minor,
        400,
        "an unanswered refund bars nothing"
    );
}

#[test]
fn a_slow_service_answers_when_the_answer_is_due() {
    let (mut rig, switches) = rig();
    switches.set(palinode_participant::Behaviour {
        slow_millis: 500,
        ..Default::default()
    });
    for _ in 0..2 {
        assert_eq!(
            rig.ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
                .unwrap(),
            []
        );
    }
    let due = rig.next_deadline().unwrap();
    assert_eq!(due.since(rig.now).as_millis(), 500);
    rig.now = due;
    let (_, messages) = rig.hand_in(&[]).unwrap();
    assert_eq!(last::<PaymentSucceeded>(&rig, &messages).amount_minor, 400);
    let repeated = rig
        .ask(&key("7", "payment", "forward", 1), &reserve("7", "ada", 400))
        .unwrap();
    assert_eq!(repeated, [messages.last().unwrap().clone()]);
}

#[test]
fn an_account_is_opened_once_by_http_and_told_of() {
    let (rig, _) = rig();
    let stop = palinode_participant::Stop::new();
    let routes = http::routes(rig.database.clone(), rig.composer().clone());
    let served = palinode_participant::Http::serve("payment", "127.0.0.1:0", routes, stop.clone()).unwrap();
    let ask = |method, path, body| testing::ask_http(served.address(), method, path, body).unwrap();
    let wanted = r#"{"customer_id":"ada","balance_minor":70,"currency":"EUR"}"#;
    assert_eq!(ask("POST", "/accounts", wanted).0, 201);
    assert_eq!(ask("POST", "/accounts", wanted).0, 409);
    assert_eq!(
        ask(
            "POST",
            "/accounts",
            r#"{"customer_id":"bob","balance_minor":70,"currency":"euro"}"#
        )
        .0,
        422
    );
    let account = r#"{"customer_id":"ada","currency":"EUR","balance_minor":70,"reserved_minor":0}"#;
    assert_eq!(ask("GET", "/accounts/ada", ""), (200, account.into()));
    assert_eq!(ask("GET", "/accounts/bob", "").0, 404);
    let opened: AccountOpened = last(&rig, &rig.published().unwrap());
    assert_eq!(opened.balance_minor, 70);
    stop.request();
    served.join();
}
