//! Commands become answers: each once, whatever is repeated, and none lost to a bad neighbour.

use crate::till::{LATER, NOT_NOW, Paid, Refused, Till, UNREADABLE, forward, pay, payments};
use palinode_participant::{
    Incoming, OutMessage,
    testing::{self, Rig},
};
use palinode_wire::dead_letter::DeadLetter;

fn rig() -> Rig<Till> {
    Rig::new(Till::new).unwrap()
}

fn id(message: &OutMessage) -> &str {
    message.id().unwrap()
}

#[test]
fn a_command_is_done_once_and_answered_as_often_as_it_comes() {
    let mut rig = rig();
    let first = rig.ask(&forward("7", 1), &pay("7", 5)).unwrap();
    rig.now.0 += 1_000;
    let command = rig.command(&forward("7", 1), &pay("7", 5)).unwrap();
    let (processed, again) = rig.hand_in(&[command.clone(), command]).unwrap();
    assert_eq!(
        (processed.duplicates, processed.replies, payments(&rig.database)),
        (2, 2, 1)
    );
    assert_eq!(again, [first[0].clone(), first[0].clone()]);
    assert_eq!(
        id(&first[0]),
        "order-fulfilment/7/payment/forward/1/reply/shop.payments.PaymentRefunded"
    );
}

#[test]
fn a_reply_echoes_what_binds_it_to_its_saga() {
    let mut rig = rig();
    let reply = &rig.ask(&forward("7", 1), &pay("7", 5)).unwrap()[0];
    for (name, value) in [
        ("ce_specversion", "1.0"),
        ("ce_type", "shop.payments.PaymentRefunded"),
        ("ce_source", "test"),
        ("ce_time", "2023-11-14T22:13:20.000Z"),
        ("content-type", "application/avro"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("correlation-id", "correlation-of-the-test"),
        ("idempotency-key", "order-fulfilment/7/payment/forward/1"),
        ("saga-id", "order-fulfilment/7"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert_eq!(reply.key.as_deref(), Some(&b"7"[..]));
}

#[test]
fn no_answer_for_now_leaves_no_trace() {
    let mut rig = rig();
    assert_eq!(rig.ask(&forward("7", 1), &pay("7", NOT_NOW)).unwrap(), []);
    assert_eq!(payments(&rig.database), 0);
    let answered = rig.ask(&forward("7", 1), &pay("7", 5)).unwrap();
    assert_eq!(rig.read::<Paid>(&answered[0]).unwrap().amount_minor, 5);
}

#[test]
fn a_later_answer_is_given_once_and_kept() {
    let mut rig = rig();
    for _ in 0..2 {
        assert_eq!(
            rig.ask(&forward("7", 1), &pay("7", LATER)).unwrap(),
            [],
            "repeats wait with the first"
        );
    }
    rig.now = rig.next_deadline().unwrap();
    let (_, answered) = rig.hand_in(&[]).unwrap();
    assert_eq!(answered.len(), 1);
    let repeated = rig.ask(&forward("7", 1), &pay("7", LATER)).unwrap();
    assert_eq!((repeated, payments(&rig.database)), (answered, 1));
}

#[test]
fn a_compensation_bars_every_round_of_its_step_and_no_other_step() {
    let mut rig = rig();
    let undo = "order-fulfilment/7/payment/compensation/1";
    rig.ask(undo, &pay("7", 5)).unwrap();
    for round in 1..4 {
        let refused = rig.ask(&forward("7", round), &pay("7", 5)).unwrap();
        assert_eq!(rig.read::<Refused>(&refused[0]).unwrap().code, "BARRED");
        assert_eq!(
            rig.ask(&forward("7", round), &pay("7", 5)).unwrap(),
            refused,
            "and the refusal stays"
        );
    }
    for other in [
        "order-fulfilment/7/capture/forward/1",
        "order-fulfilment/8/payment/forward/1",
        "other/7/payment/forward/1",
    ] {
        let answered = rig.ask(other, &pay("7", 5)).unwrap();
        assert!(rig.read::<Paid>(&answered[0]).is_some(), "{other}");
    }
}

#[test]
fn what_was_answered_before_its_compensation_keeps_its_answer() {
    let mut rig = rig();
    let done = rig.ask(&forward("7", 1), &pay("7", 5)).unwrap();
    rig.ask("order-fulfilment/7/payment/compensation/1", &pay("7", 5))
        .unwrap();
    assert_eq!(rig.ask(&forward("7", 1), &pay("7", 5)).unwrap(), done);
}

#[test]
fn a_bad_record_becomes_a_dead_letter_and_its_neighbours_are_answered() {
    let mut rig = rig();
    let composer = rig.composer().clone();
    let good = |order: &str| testing::command(&composer, &forward(order, 1), &pay(order, 5)).unwrap();
    let with = |change: &dyn Fn(&mut Incoming)| {
        let mut bad = good("bad");
        bad.offset = 41;
        change(&mut bad);
        bad
    };
    let bad = [
        (with(&|bad| bad.value = Some(b"poison".to_vec())), "NOT_CONFLUENT"),
        (with(&|bad| bad.value = None), "NOT_CONFLUENT"),
        (with(&|bad| bad.value = Some(vec![0, 0, 0, 0, 99, 1])), "UNKNOWN_SCHEMA"),
        (
            with(&|bad| bad.value.as_mut().unwrap().truncate(6)),
            "COMMAND_UNREADABLE",
        ),
        (with(&|bad| bad.headers.clear()), "IDEMPOTENCY_KEY_MISSING"),
        (
            with(&|bad| bad.headers = vec![("idempotency-key".into(), b"a/b".to_vec())]),
            "IDEMPOTENCY_KEY_MISSING",
        ),
        (
            rig.command(&forward("x", 1), &pay("x", UNREADABLE)).unwrap(),
            "COMMAND_UNREADABLE",
        ),
    ];
    for (number, (record, code)) in bad.into_iter().enumerate() {
        let (before, after) = (good(&format!("before-{number}")), good(&format!("after-{number}")));
        let (processed, messages) = rig.hand_in(&[before, record.clone(), after]).unwrap();
        assert_eq!((processed.dead_letters, messages.len()), (1, 3), "{code}");
        let letter = &messages[1];
        assert_eq!(
            (letter.topic.as_ref(), letter.header("palinode-error-code")),
            ("palinode.dead-letters", Some(code))
        );
        assert_eq!((&letter.key, &letter.value), (&record.key, &record.value));
        let headers = letter
            .headers
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_slice()));
        let read = DeadLetter::read(headers).expect("it is read as those of the orchestrator are");
        assert_eq!(read.code.as_str(), code);
        let position = record.position();
        assert_eq!(letter.header("palinode-dead-letter-id"), Some(position.as_str()));
        for (name, value) in &record.headers {
            assert_eq!(letter.header(name).map(str::as_bytes), Some(value.as_slice()), "{name}");
        }
    }
    assert_eq!(payments(&rig.database), 14, "a dead letter leaves nothing else behind");
}
