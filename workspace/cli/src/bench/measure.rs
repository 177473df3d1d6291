//! The course of the benchmark.

use std::time::Instant;

use super::{
    arguments::{Arguments, Measurement},
    broker, demo_rate,
    figures::Figures,
    ground::Ground,
    latency,
    machine::Machine,
    page, pass_through, throughput,
};
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
        if arguments.wants(Measurement::Broker) {
            broker::measure(&ground, &sample, arguments, &mut figures)?;
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
