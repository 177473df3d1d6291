//! The embedded broker beside real Kafka: the same records through bare transactions, in turn; first by the clients that
//! the engine uses, then by one that is no bottleneck.

use std::time::Duration;

use anyhow::ensure;
use palinode_log::PollLimits;
use palinode_sandbox::broker::{Server, Settings, Sync};

use super::{
    arguments::Arguments,
    figures::{Bar, Figures, short},
    ground::Ground,
    pass_through::{self, Broker, LIMITS},
    processor,
    raw::{self, Transactions},
    sample::Sample,
};

/// So many times as fast as real Kafka the embedded broker must be, so that tests and demos are never bound by it.
const RATIO_MIN: f64 = 2.0;

/// What the threads of the embedded broker are called.
const THREADS: &str = "broker";
/// How long raw transactions are passed in a run: what the embedded broker takes in it stands in memory.
const RAW_SPAN: Duration = Duration::from_secs(2);

/// Transactions of one size.
struct Size {
    limits: PollLimits,
    /// Their sagas are this part of those that were asked for, so that real Kafka does not take minutes.
    part: u32,
    /// What the figures are called: the ratio, that with a folder, and the three rates.
    names: [&'static str; 5],
    /// The same of raw transactions: the ratio, the two rates, and the processor time of each broker.
    raw: [&'static str; 5],
}

const SIZES: [Size; 2] = [
    Size {
        limits: LIMITS,
        part: 1,
        names: [
            "embedded broker, large transactions: its rate to real Kafka's",
            "embedded broker with a folder, large transactions: the same",
            "embedded broker, large transactions: rate",
            "embedded broker with a folder, large transactions: rate",
            "real Kafka, large transactions: rate",
        ],
        raw: [
            "raw large transactions: embedded broker's rate to real Kafka's",
            "raw large transactions: embedded broker's rate",
            "raw large transactions: real Kafka's rate",
            "raw large transactions: embedded broker's processor time",
            "raw large transactions: real Kafka's processor time",
        ],
    },
    Size {
        limits: PollLimits {
            records_max: 10,
            ..LIMITS
        },
        part: 10,
        names: [
            "embedded broker, small transactions: its rate to real Kafka's",
            "embedded broker with a folder, small transactions: the same",
            "embedded broker, small transactions: rate",
            "embedded broker with a folder, small transactions: rate",
            "real Kafka, small transactions: rate",
        ],
        raw: [
            "raw small transactions: embedded broker's rate to real Kafka's",
            "raw small transactions: embedded broker's rate",
            "raw small transactions: real Kafka's rate",
            "raw small transactions: embedded broker's processor time",
            "raw small transactions: real Kafka's processor time",
        ],
    },
];

/// Measures all runs. The two are measured in turn, since what else runs on the machine slows both down.
pub(super) fn measure(
    ground: &Ground,
    sample: &Sample,
    arguments: &Arguments,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    ensure!(
        ground.broker() != std::process::id(),
        "the embedded broker is measured beside real Kafka: leave KAFKA away"
    );
    let kafka = Broker::of(ground);
    pass_through::create_topics(ground, &kafka.bootstrap)?;
    for size in &SIZES {
        let sagas = (arguments.starts / size.part).max(1);
        let rate = |broker: &Broker, name: String| -> anyhow::Result<f64> {
            let run = pass_through::run(broker, sample, &name, sagas, size.limits)?;
            Ok(f64::from(sagas) / run.took.as_secs_f64())
        };
        let part = size.part;
        // Real Kafka compiles itself while it works; unmeasured.
        rate(&kafka, format!("w{part}"))?;
        for number in 1..=arguments.runs() {
            let real = rate(&kafka, format!("k{part}-{number}"))?;
            let memory = embedded(ground, Settings::default(), |broker| rate(broker, format!("m{number}")))?;
            let folder = ground.folder.path().join(format!("broker-{part}-{number}"));
            let kept = Settings::kept_in(&folder, Sync::Never)?;
            let disk = embedded(ground, kept, |broker| rate(broker, format!("d{number}")))?;
            println!(
                "broker, {} inputs a transaction, {number}: {} sagas/s embedded, {} with a folder, {} on real Kafka",
                size.limits.records_max,
                short(memory),
                short(disk),
                short(real)
            );
            let [ratio, ratio_on_disk, rates @ ..] = size.names;
            figures.add(ratio, "", Some(Bar::AtLeast(RATIO_MIN)), memory / real);
            figures.add(ratio_on_disk, "", None, disk / real);
            for (name, rate) in rates.into_iter().zip([memory, disk, real]) {
                figures.add(name, "sagas/s", None, rate);
            }
        }
        measure_raw(ground, sample, arguments, size, figures)?;
    }
    Ok(())
}

/// Measures what each broker can do by itself.
fn measure_raw(
    ground: &Ground,
    sample: &Sample,
    arguments: &Arguments,
    size: &Size,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let kafka = Broker::of(ground);
    let wanted = Transactions {
        inputs: size.limits.records_max,
        span: RAW_SPAN,
    };
    let name = |number: u32| format!("raw-{}-{number}", wanted.inputs);
    // Transactions a second, and the broker's milliseconds for each.
    let pass = |broker: &Broker, name: &str| -> anyhow::Result<[f64; 2]> {
        let used = || match broker.process == std::process::id() {
            true => processor::used_by_threads(THREADS),
            false => processor::used(broker.process),
        };
        let before = used()?;
        let run = raw::run(&broker.bootstrap, sample, name, wanted)?;
        let used = used()? - before;
        let count = f64::from(run.transactions);
        Ok([count / run.took.as_secs_f64(), used.as_secs_f64() * 1_000.0 / count])
    };
    // Unmeasured, as above.
    pass(&kafka, &name(0))?;
    for number in 1..=arguments.runs() {
        let [real, real_ms] = pass(&kafka, &name(number))?;
        let [memory, memory_ms] = embedded(ground, Settings::default(), |broker| pass(broker, &name(number)))?;
        println!(
            "raw, {} inputs a transaction, {number}: {} transactions/s embedded ({} ms each), {} on real Kafka ({} ms)",
            wanted.inputs,
            short(memory),
            short(memory_ms),
            short(real),
            short(real_ms)
        );
        let [ratio, rates @ .., ours, theirs] = size.raw;
        figures.add(ratio, "", Some(Bar::AtLeast(RATIO_MIN)), memory / real);
        for (name, rate) in rates.into_iter().zip([memory, real]) {
            figures.add(name, "transactions/s", None, rate);
        }
        figures.add(ours, "ms a transaction", None, memory_ms);
        figures.add(theirs, "ms a transaction", None, real_ms);
    }
    Ok(())
}

/// Measures on a new embedded broker, which ends with it.
fn embedded<T>(
    ground: &Ground,
    settings: Settings,
    measure: impl FnOnce(&Broker) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let server = Server::start(settings)?;
    pass_through::create_topics(ground, &server.bootstrap())?;
    measure(&Broker {
        bootstrap: server.bootstrap(),
        process: std::process::id(),
    })
}
