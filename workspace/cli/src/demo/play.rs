//! The course of the demo.

use std::time::Instant;

use anyhow::Context;

use super::{end, orders, progress, story, world::World};
use crate::{Verdict, arguments::Demo};

pub(crate) fn demo(arguments: &Demo) -> anyhow::Result<Verdict> {
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the demo's threads could not be started")?;
    let world = World::start(&runtime, arguments)?;
    println!(
        "Everything is up after {:.1} s. Now {} orders.\n",
        begun.elapsed().as_secs_f64(),
        arguments.orders
    );

    let ordering = Instant::now();
    let placed = runtime.block_on(orders::place_all(&world, arguments.orders))?;
    progress::await_the_end(&world, &placed)?;
    let took = ordering.elapsed();

    let ended = runtime.block_on(orders::look_at_all(&world, &placed))?;
    println!("{}", end::table(&ended, took));
    if let Some(order) = story::pick(&ended) {
        println!("{}", story::tell(&world, order)?);
    }
    println!("{}", end::figures(&world)?);
    println!("{}", end::chat(&world));
    let verdict = end::audit(&world)?;
    println!("The demo took {:.1} s in all.", begun.elapsed().as_secs_f64());
    if arguments.keep {
        println!("Data and logs stay in {}.", world.keep().display());
    }
    Ok(verdict)
}
