//! The service without Kafka: outcomes and events in, figures out.

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use palinode_participant::{
    Codec, Database, Durability, Heard, Incoming, Listening, LocalSchemas, Record, Timestamp, record,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::{Archive, Attribute, Outcome, Recorder, Report, Stage, tables};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OrderShipped {
    order_id: String,
    consignment: String,
    shipped_at: i64,
}
record!(
    OrderShipped,
    "shop.shipments.OrderShipped",
    "../../../../schemas/shop/shipments/OrderShipped.avsc"
);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OrderPlaced {
    order_id: String,
    customer_id: String,
    customer_name: String,
    items: Vec<()>,
    total_minor: i64,
    currency: String,
    promised_delivery_at: i64,
    placed_at: i64,
}
record!(
    OrderPlaced,
    "shop.orders.OrderPlaced",
    "../../../../schemas/shop/orders/OrderPlaced.avsc"
);

/// A service over a database file.
struct Given {
    folder: TempDir,
    database: Database,
    codec: Codec,
    listening: Listening<Recorder>,
}

impl Given {
    fn a_service() -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::open(&folder.path().join("analytics.sqlite"), Durability::ProcessEnd).unwrap();
        database.transaction(|tx| tables::create(tx)).unwrap();
        let codec = Codec::new(Arc::new(LocalSchemas::default()));
        let listening = Listening::new(codec.clone(), Recorder);
        Self {
            folder,
            database,
            codec,
            listening,
        }
    }

    fn incoming<T: Record>(&self, id: &str, key: &str, event: &T) -> Incoming {
        Incoming {
            topic: "events".into(),
            partition: 0,
            offset: 0,
            timestamp: 1_000,
            key: Some(key.into()),
            value: Some(self.codec.encode(event).unwrap()),
            headers: vec![
                ("ce_id".into(), id.into()),
                ("ce_time".into(), "2026-01-01T00:00:01.500Z".into()),
            ],
        }
    }

    fn hears(&mut self, outcomes: &[Outcome]) -> Heard {
        let records: Vec<_> = outcomes
            .iter()
            .map(|outcome| self.incoming(&outcome.event_id, &outcome.saga, outcome))
            .collect();
        self.listening.process(&self.database, &records, Timestamp(0)).unwrap()
    }

    fn archive(&self) -> Archive {
        Archive::open(&self.folder.path().join("analytics.sqlite")).unwrap()
    }

    fn report(&self) -> Report {
        self.archive().report().unwrap()
    }
}

/// An order that took `duration` milliseconds and whose payment took `payment` of them.
fn completed(order: &str, duration: i64, payment: i64) -> Outcome {
    Outcome {
        event_id: format!("order-fulfilment/{order}/12"),
        definition: "order-fulfilment".into(),
        version: 1,
        saga: order.into(),
        outcome: "COMPLETED".into(),
        reason_code: None,
        reason: None,
        started_at: 1_000,
        ended_at: 1_000 + duration,
        correlation: "call".into(),
        stages: vec![
            stage("payment", "SUCCEEDED", Some((1_000, 1_000 + payment))),
            stage("shipment", "SUCCEEDED", Some((1_000 + payment, 1_000 + duration))),
        ],
        attributes: BTreeMap::from([
            ("amount_minor".to_owned(), Attribute::Long(1_990)),
            ("consignment".to_owned(), Attribute::Null),
            ("currency".to_owned(), Attribute::String("EUR".into())),
            ("gift".to_owned(), Attribute::Boolean(true)),
            ("weight".to_owned(), Attribute::Double(0.5)),
        ]),
    }
}

/// An order that was taken back because its payment was refused.
fn refused(order: &str) -> Outcome {
    Outcome {
        outcome: "COMPENSATED".into(),
        reason_code: Some("STEP_FAILED".into()),
        reason: Some("the bank refuses, \"for now\"".into()),
        stages: vec![
            stage("payment", "FAILED", Some((1_000, 1_100))),
            stage("shipment", "NOT_REQUESTED", None),
        ],
        ..completed(order, 500, 0)
    }
}

fn stage(step: &str, status: &str, times: Option<(i64, i64)>) -> Stage {
    let asked = i32::from(times.is_some());
    Stage {
        step: step.into(),
        status: status.into(),
        attempts: asked,
        rounds: asked,
        requested_at: times.map(|(requested, _)| requested),
        answered_at: times.map(|(_, answered)| answered),
        compensation_attempts: 0,
        compensated_at: None,
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn figures_of_given_outcomes() {
    let mut given = Given::a_service();
    let orders: Vec<_> = (1..=20)
        .map(|at| completed(&format!("o-{at}"), at * 100, at * 10))
        .collect();
    given.hears(&orders);
    let mut taken_back = refused("o-22");
    taken_back.reason_code = Some("CANCELLED".into());
    taken_back.reason = Some("the customer's wish".into());
    taken_back.stages[0] = Stage {
        compensated_at: Some(1_400),
        ..stage("payment", "COMPENSATED", Some((1_000, 1_020)))
    };
    let mut unknown = refused("o-23");
    unknown.stages[0] = Stage {
        answered_at: None,
        ..stage("payment", "COMPENSATED", Some((1_000, 0)))
    };
    given.hears(&[refused("o-20b"), refused("o-21"), taken_back, unknown]);

    let report = given.report();
    assert_eq!((report.completed, report.compensated), (20, 4));
    let fulfilment = report.fulfilment.unwrap();
    assert_eq!(
        (fulfilment.count, fulfilment.p50, fulfilment.p95),
        (20, millis(1_000), millis(1_900))
    );
    assert_eq!(report.compensation_rate, Some(4.0 / 24.0));
    assert_eq!(
        report.payment_success_share,
        Some(21.0 / 23.0),
        "an unknown outcome is neither"
    );
    let steps: Vec<_> = report
        .stages
        .iter()
        .map(|stage| (stage.step.as_str(), stage.succeeded, stage.failed))
        .collect();
    assert_eq!(steps, [("payment", 21, 2), ("shipment", 20, 0)]);
    assert_eq!(report.stages[0].times.unwrap().p50, millis(100));
    assert_eq!((report.stages[0].compensated, report.stages[0].attempts), (2, 24));
    let reasons: Vec<_> = report
        .reasons
        .iter()
        .map(|reason| (reason.code.as_str(), reason.count))
        .collect();
    assert_eq!(reasons, [("STEP_FAILED", 3), ("CANCELLED", 1)]);

    let text = report.to_string();
    for line in [
        "completed                      20",
        "successful payments        91.3 %",
        "3 × STEP_FAILED: the bank refuses",
    ] {
        assert!(text.contains(line), "'{line}' in\n{text}");
    }
}

#[test]
fn without_outcomes_there_are_no_figures() {
    let report = Given::a_service().report();
    assert_eq!(report, Report::default());
    assert!(report.to_string().contains('–'));
}

#[test]
fn an_outcome_that_comes_again_counts_once_and_a_later_one_replaces_it() {
    let mut given = Given::a_service();
    given.hears(&[completed("o-1", 100, 10)]);
    assert_eq!(given.hears(&[completed("o-1", 100, 10)]).duplicates, 1);
    let mut reopened = refused("o-1");
    reopened.event_id = "order-fulfilment/o-1/15".into();
    given.hears(&[reopened]);
    let mut older = completed("o-1", 100, 10);
    older.event_id = "order-fulfilment/o-1/9".into();
    given.hears(&[older]);
    let report = given.report();
    assert_eq!((report.completed, report.compensated), (0, 1));
    assert_eq!(report.stages.iter().map(|stage| stage.failed).sum::<u64>(), 1);
}

#[test]
fn order_events_are_noted_when_they_first_came() {
    let mut given = Given::a_service();
    let placed = OrderPlaced {
        order_id: "o-1".into(),
        customer_id: "c".into(),
        customer_name: "A".into(),
        items: vec![],
        total_minor: 1,
        currency: "EUR".into(),
        promised_delivery_at: 0,
        placed_at: 0,
    };
    let shipped = OrderShipped {
        order_id: "o-1".into(),
        consignment: "c".into(),
        shipped_at: 0,
    };
    let records = [
        given.incoming("a", "o-1", &placed),
        given.incoming("b", "o-1", &shipped),
        given.incoming("b", "o-1", &shipped),
        given.incoming("c", "o-1", &shipped),
    ];
    let heard = given
        .listening
        .process(&given.database, &records, Timestamp(0))
        .unwrap();
    assert_eq!(heard.duplicates, 1);
    assert_eq!(given.report().placed, 1);
    let noted: (i64, i64) = given
        .database
        .read(|connection| {
            connection.query_row(
                "SELECT first_at, count FROM order_events WHERE record = 'shop.shipments.OrderShipped'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
        .map_err(|error: rusqlite::Error| error.to_string())
        .unwrap();
    assert_eq!(noted, (1_767_225_601_500, 2));
}

#[test]
fn the_export_holds_a_line_for_each_stage() {
    let mut given = Given::a_service();
    given.hears(&[completed("o-1", 1_500, 10), refused("o-2")]);
    let path = given.folder.path().join("stages.csv");
    assert_eq!(given.archive().write_csv(&path).unwrap(), 4);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 6, "a heading, four lines, and the end of the last");
    assert!(lines[0].starts_with("definition,version,saga,") && lines[0].ends_with(",compensated_at,attributes"));
    assert_eq!(
        lines[1],
        "order-fulfilment,1,o-1,order-fulfilment/o-1/12,call,COMPLETED,,,1970-01-01T00:00:01.000Z,\
         1970-01-01T00:00:02.500Z,1500,payment,SUCCEEDED,1,1,1970-01-01T00:00:01.000Z,1970-01-01T00:00:01.010Z,10,0,,\
         \"{\"\"amount_minor\"\":1990,\"\"consignment\"\":null,\"\"currency\"\":\"\"EUR\"\",\"\"gift\"\":true,\
         \"\"weight\"\":0.5}\""
    );
    assert!(
        lines[4].contains(",\"the bank refuses, \"\"for now\"\"\",")
            && lines[4].contains(",shipment,NOT_REQUESTED,0,0,,,,0,,")
    );
    assert!(!given.folder.path().join("stages.csv.unfinished").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn percentiles_from_the_tables_are_those_of_the_sorted_durations(
        durations in proptest::collection::vec(0_i64..5_000, 1..40),
    ) {
        let given = Given::a_service();
        given.database.transaction(|tx| {
            for (at, duration) in durations.iter().enumerate() {
                tables::record(tx, &completed(&format!("o-{at}"), *duration, 0))?;
            }
            Ok::<_, rusqlite::Error>(())
        }).unwrap();
        let mut sorted = durations.clone();
        sorted.sort_unstable();
        let nearest = |percent: f64| sorted[((sorted.len() as f64 * percent).ceil() as usize).max(1) - 1];
        let times = given.report().fulfilment.unwrap();
        prop_assert_eq!(times.p50.as_millis(), nearest(0.50) as u128);
        prop_assert_eq!(times.p95.as_millis(), nearest(0.95) as u128);
        prop_assert!(times.p50 <= times.p95);
    }
}
