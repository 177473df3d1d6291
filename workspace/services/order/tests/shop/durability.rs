//! What was answered is on the disk with what is to be announced, or neither is.

use palinode_participant::rusqlite;
use reqwest::StatusCode;

use crate::given::{Given, tea};

#[tokio::test]
async fn a_crash_before_publishing_loses_nothing_and_doubles_nothing() {
    let given = Given::a_shop().await;
    let placed = given.place("k-1", &tea()).await;
    let id = placed.body["order_id"].as_str().unwrap().to_owned();
    given.post(&format!("/orders/{id}/cancel"), &[], String::new()).await;
    let before = given.outbox();

    let given = given.after_a_crash().await;

    assert_eq!(given.outbox(), before, "the same messages wait, byte for byte");
    assert_eq!(before.len(), 2);
    let again = given.place("k-1", &tea()).await;
    assert_eq!((again.status, again.body), (StatusCode::CREATED, placed.body));
    assert_eq!(given.get(&format!("/orders/{id}")).await.status, StatusCode::OK);
    assert_eq!(given.outbox().len(), 2);
    assert_eq!(
        given.place("k-2", &tea()).await.body["order_number"],
        "P-0000002",
        "numbers go on"
    );
}

#[tokio::test]
async fn an_order_that_cannot_be_announced_is_not_placed() {
    let given = Given::a_shop().await;
    let sql = |text: &str| given.database.transaction(|tx| tx.execute_batch(text)).unwrap();
    sql("CREATE TRIGGER full BEFORE INSERT ON palinode_outbox BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
    let refused = given.place("k-1", &tea()).await;
    assert_eq!(refused.problem(), (503, "unavailable"));
    assert!(refused.headers.contains_key("retry-after"));
    let orders = given
        .database
        .read(|connection| connection.query_row("SELECT count(*) FROM orders", [], |row| row.get::<_, i64>(0)));
    assert_eq!(orders.unwrap(), 0);

    sql("DROP TRIGGER full");
    assert_eq!(
        given.place("k-1", &tea()).await.status,
        StatusCode::CREATED,
        "the key was not used up"
    );
    assert_eq!(given.outbox().len(), 1);
}

#[tokio::test]
async fn a_request_that_fails_takes_no_other_with_it() {
    let given = Given::a_shop().await;
    let trigger = "CREATE TRIGGER picky BEFORE INSERT ON orders WHEN NEW.customer_id = 'c-bad'
                   BEGIN SELECT RAISE(ABORT, 'not this one'); END";
    given.database.transaction(|tx| tx.execute_batch(trigger)).unwrap();
    let mut bad = tea();
    bad["customer_id"] = "c-bad".into();
    let (tea, more_tea) = (tea(), tea());
    let (one, two, three) = tokio::join!(
        given.place("k-1", &tea),
        given.place("k-2", &bad),
        given.place("k-3", &more_tea)
    );
    assert_eq!(
        [one.status.as_u16(), two.status.as_u16(), three.status.as_u16()],
        [201, 503, 201]
    );
    assert_eq!(given.outbox().len(), 2);
    let answers = given
        .database
        .read(|connection| connection.query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, i64>(0)));
    assert_eq!(answers, Ok::<_, rusqlite::Error>(2));
}
