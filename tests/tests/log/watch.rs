//! Brokers that answer, that are away, and that refuse who asks.

use std::{
    thread,
    time::{Duration, Instant},
};

use palinode_log::{
    Need, Outages,
    kafka::{BrokerWatch, Settings},
};
use palinode_tests::log_world::{PATIENCE, World};

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn brokers_that_answer_end_an_outage() {
    let (world, outages) = (World::new(), Outages::default());
    outages.begin(Need::Broker, "they were away");

    let watch = BrokerWatch::start(&world.settings, "test", "no-such-topic", outages.clone()).unwrap();

    eventually("the brokers are there", || {
        (!outages.is_away(Need::Broker)).then_some(())
    });
    assert!(watch.refusal().is_none());
}

#[test]
fn brokers_that_are_away_are_told_with_their_address_and_the_reason() {
    let outages = Outages::default();
    // Nobody listens there.
    let settings = Settings::new("127.0.0.1:9");

    let watch = BrokerWatch::start(&settings, "test", "in", outages.clone()).unwrap();

    let line = eventually("they are away, with the reason", || {
        outages.line(Need::Broker).filter(|line| line.contains("refused"))
    });
    assert!(line.contains("127.0.0.1:9 do not answer"), "{line}");
    assert!(watch.refusal().is_none(), "who is away refuses nobody");
}

#[test]
fn credentials_that_are_refused_are_no_outage_that_passes() {
    let (world, outages) = (World::new(), Outages::default());
    let mut settings = world.settings.clone();
    let properties = [
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", "nobody"),
        ("sasl.password", "wrong"),
    ];
    settings
        .properties
        .extend(properties.map(|(name, value)| (name.into(), value.into())));

    let watch = BrokerWatch::start(&settings, "test", "in", outages.clone()).unwrap();

    let refusal = eventually("they are refused", || watch.refusal());
    assert!(!refusal.is_retriable(), "{refusal}");
    assert!(refusal.to_string().contains("SASL"), "{refusal}");
    eventually("it is told", || {
        let line = outages.line(Need::Broker)?;
        line.contains("refuse this process").then_some(())
    });
}
