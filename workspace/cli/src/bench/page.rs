//! The page of figures.

use std::{fmt::Write, fs, path::Path};

use anyhow::Context;
use clap::{ValueEnum, builder::PossibleValue};

use super::{
    arguments::{Arguments, Measurement},
    figures::{COLUMNS, Figures},
    machine::Machine,
};

const INTRODUCTION: &str = "measures again and only prints. It compiles what is measured with `--release`, as
for production, which takes some minutes the first time.

Everything shares the same machine: the broker (one node), the orchestrator, the participants, and whoever places
orders. The load average stands beside each figure because what else runs on the machine takes its time from all of them.
";

/// How each thing is measured, for those who measured it.
const METHODS: [(&[Measurement], &str); 10] = [
    (
        &[Measurement::Throughput, Measurement::Latency, Measurement::PassThrough, Measurement::Soak, Measurement::Overload, Measurement::Open, Measurement::Failover],
        "\
- A saga is an order that is shipped (`sagas/order-fulfilment.yaml`): 6 records in; its journal events, 5 commands, its
  milestones and its outcome out. Participants keep their state in memory, drop repeats by idempotency key and answer at
  once: one thread for all of them, with an idempotent producer and `acks=all`.
",
    ),
    (
        &[Measurement::Throughput],
        "\
- **Throughput**: the orchestrator has taken over all of its 12 tasks and is idle. Its clock is held (SIGSTOP) while all
  starts are written; the time runs from when it goes on to the last outcome that a reader of committed records sees.
  One shorter run goes before, unmeasured. Every outcome is checked to be there once, and completed.
- **Processor time** is user and system time of the whole process (`/proc/<pid>/stat`) over the same span. That of the
  participants is the whole benchmark process: it also reads the outcomes.
",
    ),
    (
        &[Measurement::Latency],
        "\
- **Latency** runs in a closed loop: from handing OrderPlaced to the producer to the committed outcome; 200 samples a run
  with 1 in flight, 4,000 with 64. Before the first run the same load runs for 10 s with 1 in flight and for 30 s with 64,
  unmeasured: the broker's virtual machine compiles its code meanwhile, which takes a tenth of both processors, and a
  broker in production has done so long ago.
",
    ),
    (
        &[Measurement::PassThrough, Measurement::Broker],
        "\
- **Pass-through** is the limit that Kafka sets: 12 tasks, two transactional ids each in turn, the same inputs, all of
  them preloaded, and the same outputs by topic and size, taken from a real saga. Nothing is decoded, decided or stored,
  and there are no participants and no waiting for them.
",
    ),
    (
        &[Measurement::Broker],
        "\
- **Embedded broker**: the pass-through on it and on real Kafka, in turn after a warm-up; their rates are compared
  within each turn. The embedded broker is new each time and runs in the process of the benchmark, in memory and with
  its data in a folder. Neither of the two brokers syncs to the disk. Large transactions have as many inputs as the
  engine takes (500), and the processor time of the clients is the limit; small ones have 10, with a tenth of the sagas.
- **Raw transactions** show what the two brokers can do by themselves: the same outputs, encoded once into Produce
  requests that a client without a library sends again and again (AddPartitionsToTxn, a Produce for each batch, EndTxn;
  12 tasks, two transactional ids each in turn) for two seconds. Nothing is read. A broker's processor time is that of
  its process, or of its threads.
",
    ),
    (
        &[Measurement::Sandbox],
        "\
- **Sandbox**: `palinode sandbox` with the order saga, each time anew: from the start of the program to when it says that
  it is ready, and its resident memory after three seconds of rest. The demo of 200 orders runs on the embedded broker,
  from the start of the program to its end, with the audit. `palinode bench --only sandbox` measures these alone.
",
    ),
    (
        &[Measurement::Demo],
        "\
- **The whole demo** has every reference service with its database, one process each; orders come by HTTP from 16
  customers at a time, from the first request to the last outcome.
",
    ),
    (
        &[Measurement::Soak, Measurement::Overload],
        "\
- Soak and overload run in an **open loop**: orders are placed at a fixed rate whatever becomes of those before them, and
  a wait is counted from when an order was due. Every order has to end, once, and shipped. The capacity is that of one
  run with all starts preloaded (throughput).
- **Soak**: 70 % of the capacity. The first fifth of the time does not count. Growth is the slope of the straight line
  that fits the values of all windows of 10 s best.
- **Overload**: 30 % of the capacity for 20 s, three times the capacity for 60 s, then 30 % again until half of the
  orders of two seconds wait no longer than twice what was usual before: until then what has gathered is worked off.
",
    ),
    (
        &[Measurement::Open],
        "\
- **Open sagas**: two orchestrators with topics and stores of their own on one broker. Their stores are filled while they
  do not run: with sagas that one order's start has left, each with a key, a trace and due times of its own, all of them
  weeks ahead. That a node has accepted its stores is seen by the number of sagas that it calls open. Both rest until
  nothing is left to compact, and then run the throughput in turn: starts that are all there, whose ids begin anywhere
  among those of the open sagas. A turn gives one proportion. The start is that of the process, to when all tasks run.
",
    ),
    (
        &[Measurement::Failover],
        "\
- **Failover**: two nodes, each a process of its own with the settings as shipped, on one broker with 12 tasks. 50 orders a
  second are placed all the time, in turn for each task, so that each task has one every 240 ms. Every order has to end,
  once, and shipped. A round begins when each node has run six tasks for a second, and each task has its standby, at most
  100 journal records behind. The nodes take turns in being killed or restarted.
- **Orders stand still**: for each task of the killed node, the longest time after the kill in which none of its orders
  ended, for three seconds at the least and until one has ended that was placed after the kill. The slowest task counts.
  The 240 ms from one order to the next, and what an order takes, are in it.
- **Without a standby** is the same with `standby.replicas: 0`: the next node opens the store that it has of an earlier time,
  if any, and replays the journal first. The journals are short here: some minutes of this load.
- **Restart**: a node is ended in order (SIGTERM) and started again as soon as it has ended. The delay is what the slowest of
  all orders took, from the signal to when the node had its share again, less what the median order took in the five seconds
  before.
- The median of the rounds is judged, and the worst round by the same bar beside it.
",
    ),
];

const REASONS: &str = "
## Where the processor time goes, and what was tried

Of the orchestrator's time with all starts preloaded, two thirds are its tasks' threads (deciding and encoding, handing
records to librdkafka, reading) and a quarter is librdkafka's threads, which build and send requests.

What helped: jemalloc for the whole process (a fifth); the open sagas that were written last, kept beside RocksDB; writing
to RocksDB what several changes leave, not each (a tenth: RocksDB's part fell from 14 % to 2 %); the last millisecond of a
wait for reports spent spinning; gathering inputs while commits are slow.

What did not: another allocator for Rust alone; larger caches of glibc's
allocator; memory that jemalloc never gives back; transactions of 1,000 inputs; gathering for the whole of the last
commit's time instead of half of it (fewer transactions, and the same wait: most of the cost goes with the partitions that
a transaction touches, and they stay the same). librdkafka makes one Produce request for each partition, one at a time
(`queue.buffering.backpressure.threshold` may be no other than 1 with idempotence), and looks through all partitions of
all topics in between.
";

/// Writes the page.
pub(super) fn write(file: &Path, machine: &Machine, arguments: &Arguments, figures: &Figures) -> anyhow::Result<()> {
    let text = page(machine, arguments, figures)?;
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

fn page(machine: &Machine, arguments: &Arguments, figures: &Figures) -> anyhow::Result<String> {
    let mut page = String::new();
    let only: Vec<_> = arguments.only.iter().filter_map(ValueEnum::to_possible_value).collect();
    let only: Vec<&str> = only.iter().map(PossibleValue::get_name).collect();
    let what = if only.is_empty() {
        String::new()
    } else {
        format!("--only {} ", only.join(","))
    };
    writeln!(
        page,
        "# Benchmarks\n\nThis page is written by `palinode bench {what}--write FILE`; do not edit it. `{}` {INTRODUCTION}",
        command(arguments)
    )?;
    writeln!(page, "Measured {machine}. {}.\n", repeated(arguments))?;
    writeln!(page, "| {} |", COLUMNS.join(" | "))?;
    writeln!(page, "|{}", "---|".repeat(COLUMNS.len()))?;
    for row in figures.rows() {
        writeln!(page, "| {} |", row.join(" | "))?;
    }
    writeln!(page, "\n## How it is measured\n")?;
    for (measurements, text) in METHODS {
        if measurements.iter().any(|it| arguments.wants(*it)) {
            page.push_str(text);
        }
    }
    if arguments.wants(Measurement::Throughput) {
        page.push_str(REASONS);
    }
    Ok(page)
}

/// What measures the same again.
fn command(arguments: &Arguments) -> &'static str {
    match arguments.only.as_slice() {
        [Measurement::Failover] => "make bench-failover",
        [Measurement::Open] => "make bench-open",
        [Measurement::Soak, Measurement::Overload] => "make soak",
        _ => "make bench",
    }
}

/// Of how many runs the medians are.
fn repeated(arguments: &Arguments) -> String {
    match arguments.only.as_slice() {
        [Measurement::Failover] => format!("Medians of {} rounds", arguments.rounds()),
        _ => format!("Medians of {} runs, {} sagas a run", arguments.runs(), arguments.starts),
    }
}
