//! How long it takes until the tasks run again.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::world::{Done, Keep, World, circumstances, open_sagas, processor_seconds, resident_mib};

/// Journal records after which a task makes a checkpoint: often enough that there are some with few sagas.
const CHECKPOINT_RECORDS: u64 = 20_000;

/// In this time a checkpoint writes something, if it is not done.
const LOOK: Duration = Duration::from_secs(2);

pub(crate) fn measure(sagas: u64) -> Done<()> {
    let world = World::new("48h")?;
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let node = world.node(folder.path(), CHECKPOINT_RECORDS)?;
    world.place(&node, 0, sagas, Keep::State)?;
    println!("  placed in {:.1} s", began.elapsed().as_secs_f64());
    node.stop();
    drop(node);
    // Each task makes one more at once, in which every saga stands then.
    let node = world.node(folder.path(), 1)?;
    let mut before = 0;
    while before < sagas || before != world.records("palinode.snapshots") {
        before = world.records("palinode.snapshots");
        std::thread::sleep(LOOK);
    }
    node.stop();
    drop(node);
    println!(
        "  the journal has {} records, the snapshots {}",
        world.records("palinode.journal"),
        world.records("palinode.snapshots")
    );

    let measure = |what: &str, folder: &Path| -> Done<()> {
        let (before, processor) = (resident_mib(), processor_seconds()?);
        let began = Instant::now();
        let node = world.node(folder, u64::MAX)?;
        world.wait(|| open_sagas(&node) == Some(sagas), "all tasks to run")?;
        let took = began.elapsed().as_secs_f64();
        let more = resident_mib().saturating_sub(before);
        println!(
            "  {what}: {took:.2} s, {:.2} s of processor time, {more} MiB more in memory ({})",
            processor_seconds()? - processor,
            circumstances()?
        );
        node.stop();
        Ok(())
    };
    measure("from the stores", folder.path())?;
    drop(folder);
    let lost = tempfile::tempdir()?;
    measure("from the snapshots", lost.path())?;
    measure("from the stores that were made from snapshots", lost.path())?;
    drop(lost);
    world.lose_snapshots();
    let lost = tempfile::tempdir()?;
    measure("from the journal alone", lost.path())
}
