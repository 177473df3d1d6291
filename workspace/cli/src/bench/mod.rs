//! `palinode bench`: rate, latency and processor time on real Kafka, beside what Kafka alone would allow.
//!
//! Everything runs on this machine: the broker, the orchestrator (a process of its own), and in this process the
//! participants and whoever places orders. It tells figures and judges nothing: the exit code says only whether it
//! could measure.

mod arguments;
mod client;
mod demo_rate;
mod figures;
mod ground;
mod latency;
mod machine;
mod orders;
mod outcomes;
mod page;
mod participants;
mod pass_through;
mod processor;
mod replies;
mod sample;
mod throughput;

use std::time::Instant;

pub(crate) use self::arguments::Arguments;
use self::{arguments::Measurement, figures::Figures, ground::Ground, machine::Machine};
use crate::Verdict;

pub(crate) fn bench(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let begun = Instant::now();
    let machine = Machine::look();
    println!("{machine}\n");
    let mut figures = Figures::default();
    let ground = Ground::prepare()?;
    if arguments.needs_the_orchestrator() {
        let mut stage = ground.stage()?;
        throughput::warm_up(&mut stage, arguments)?;
        if arguments.wants(Measurement::Throughput) {
            throughput::measure(&mut stage, arguments, &mut figures)?;
        }
        if arguments.wants(Measurement::Latency) {
            latency::measure(&mut stage, arguments, &mut figures)?;
        }
        let sample = stage.sample(&throughput::first_of_warm_up())?;
        stage.end()?;
        if arguments.wants(Measurement::PassThrough) {
            pass_through::measure(&ground, &sample, arguments, &mut figures)?;
        }
    }
    if arguments.wants(Measurement::Demo) {
        demo_rate::measure(&ground, arguments, &mut figures)?;
    }
    println!("\n{}", figures.table());
    println!("Measured in {:.0} s.", begun.elapsed().as_secs_f64());
    if let Some(file) = &arguments.write {
        page::write(file, &machine, arguments, &figures)?;
        println!("Written to {}.", file.display());
    }
    Ok(Verdict::Done)
}
