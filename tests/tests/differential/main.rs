//! The embedded broker and real Kafka, side by side: the same steps of clients lead to the same answers, up to a list of
//! differences that have names (docs/broker-differences.md).

mod aliases;
mod batch;
mod client;
mod compare;
mod differences;
mod generate;
mod list;
mod page;
mod peer;
mod random;
mod recognised;
mod steps;

use differences::Reach;
use list::DIFFERENCES;

/// How many sequences are compared.
const SEQUENCES: u64 = 280;

#[test]
fn the_embedded_broker_answers_as_kafka_does_up_to_named_differences() {
    // Given both brokers
    let brokers = compare::Brokers::start();
    // When generated sequences of steps are carried out against each
    let found = brokers.compare(SEQUENCES);
    eprintln!(
        "{} sequences, {} steps, of which {} succeeded, {:?}",
        SEQUENCES, found.steps, found.succeeded, found.differences
    );
    // Then their answers are the same, or differ as the list says
    assert!(
        found.unexplained.is_empty(),
        "{} sequences differ without a name for it:\n{}",
        found.unexplained.len(),
        found.unexplained[..found.unexplained.len().min(SHOWN_MAX)].join("\n")
    );
    // And most steps are not mistakes
    let succeeded = found.succeeded * 100 / found.steps;
    assert!(
        succeeded >= SUCCEEDED_PERCENT_MIN,
        "only {succeeded} of a hundred steps succeeded on both"
    );
    // And the list says nothing that is not so
    for difference in DIFFERENCES {
        let seen = found.differences.contains_key(difference.name);
        let is_as_listed = match difference.reach {
            Reach::Found(_) => seen,
            Reach::ByTiming(_) => true,
            Reach::NotReached => !seen,
        };
        assert!(
            is_as_listed,
            "{}: met {seen}, but the list says otherwise",
            difference.name
        );
    }
}

/// How many of a hundred steps succeed on both, at least: that two brokers refuse alike says less.
const SUCCEEDED_PERCENT_MIN: usize = 50;
/// How many sequences are shown of those that differ.
const SHOWN_MAX: usize = 12;
