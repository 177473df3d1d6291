//! The course of the benchmark.

use std::time::Instant;

use super::{
    arguments::{Arguments, Measurement},
    broker, demo_rate, failover,
    figures::Figures,
    ground::Ground,
    latency,
    machine::Machine,
    open_sagas, overload, page, pass_through, sandbox, soak, throughput,
};
use crate::Verdict;

pub(crate) fn bench(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let begun = Instant::now();
    let machine = Machine::look();
    println!("{machine}\n");
    let mut figures = Figures::default();
    if arguments.wants(Measurement::Sandbox) {
        sandbox::measure(arguments, &mut figures)?;
    }
    if arguments.needs_a_broker() {
        measure_on_a_broker(arguments, &mut figures)?;
    }
    println!("\n{}", figures.table());
    println!("Measured in {:.0} s.", begun.elapsed().as_secs_f64());
    if let Some(file) = &arguments.write {
        page::write(file, &machine, arguments, &figures)?;
        println!("Written to {}.", file.display());
    }
    Ok(Verdict::Done)
}

fn measure_on_a_broker(arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = Ground::prepare()?;
    if arguments.needs_the_orchestrator() {
        let mut stage = ground.stage()?;
        throughput::warm_up(&mut stage, arguments)?;
        if arguments.wants(Measurement::Throughput) {
            throughput::measure(&mut stage, arguments, figures)?;
        }
        if arguments.wants(Measurement::Latency) {
            latency::measure(&mut stage, arguments, figures)?;
        }
        if arguments.wants(Measurement::Soak) {
            soak::measure(&mut stage, arguments, figures)?;
        }
        if arguments.wants(Measurement::Overload) {
            overload::measure(&mut stage, arguments, figures)?;
        }
        let sample = stage.sample(&throughput::first_of_warm_up())?;
        stage.end()?;
        if arguments.wants(Measurement::PassThrough) {
            pass_through::measure(&ground, &sample, arguments, figures)?;
        }
        if arguments.wants(Measurement::Broker) {
            broker::measure(&ground, &sample, arguments, figures)?;
        }
    }
    if arguments.wants(Measurement::Open) {
        open_sagas::measure(&ground, arguments, figures)?;
    }
    if arguments.wants(Measurement::Failover) {
        failover::measure(&ground, arguments, figures)?;
    }
    if arguments.wants(Measurement::Demo) {
        demo_rate::measure(&ground, arguments, figures)?;
    }
    Ok(())
}
