//! What a node does with many open sagas: `recovery [SAGAS] [PART]`, a million and all parts unless said otherwise.
//!
//! - `restore`: how long it takes until the tasks run again, from the stores, from the snapshots, and from the journal alone;
//! - `throughput`: how fast orders and replies are taken with many open sagas, beside a few;
//! - `timers`: how late timers fire that come due all at once, and how long an order takes meanwhile;
//! - `checkpoint`: how long an order takes while a checkpoint runs.
//!
//! The log is in memory, so that what is measured is ours: reading, folding and storing. A real broker adds its transfer.

mod checkpoint;
mod orders;
mod restore;
mod throughput;
mod timers;
mod world;

use tikv_jemallocator::Jemalloc;
use world::Done;

/// As the orchestrator has it.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Measures one part with so many open sagas, and prints what it found.
type Measure = fn(u64) -> Done<()>;

fn main() -> Done<()> {
    let sagas = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let wanted = std::env::args().nth(2);
    let parts: [(&str, Measure); 4] = [
        ("restore", restore::measure),
        ("throughput", throughput::measure),
        ("timers", timers::measure),
        ("checkpoint", checkpoint::measure),
    ];
    for (name, measure) in parts {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            println!("{name}: {sagas} sagas, {}", world::circumstances()?);
            measure(sagas)?;
        }
    }
    Ok(())
}
