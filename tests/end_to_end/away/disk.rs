//! The disk of the orchestrator is full.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use palinode_sandbox::shop::Component;

use super::said::{await_metric, await_unready, wait_on};
use crate::{
    disks::{self, Disks},
    support::{Wanted, World},
};

const ORCHESTRATOR: Component = Component::Orchestrator(0);

/// A disk for one folder, taken away when this is dropped.
pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Puts a disk at `folder`; `None` where that is not allowed.
    pub(super) fn mount(folder: PathBuf) -> Option<Self> {
        let disks = Disks::mount(std::slice::from_ref(&folder));
        disks.can_be_filled().then_some(Self { folder })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It goes with this process otherwise.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

pub(super) fn full(world: &World<'_>, disk: &Disk, lasts: Duration) {
    let before = world.place(&Wanted::by("eve"));
    world.await_status(&before, "completed");
    world.halt_packing();
    let mut orders = vec![world.place(&Wanted::by("eve"))];

    disks::fill(&disk.folder).expect("it is filled");
    let until = Instant::now() + lasts;
    await_unready(world, ORCHESTRATOR, "is full");
    await_metric(world, ORCHESTRATOR, &[("broker", false), ("disk", true)]);
    orders.push(world.place(&Wanted::by("eve")));
    {
        let mut shop = world.shop();
        shop.kill9(ORCHESTRATOR).expect("it is killed");
        shop.launch(ORCHESTRATOR).expect("it is started on the full disk");
    }
    await_unready(world, ORCHESTRATOR, "is full");
    await_unready(world, ORCHESTRATOR, "is being taken over");
    orders.push(world.place(&Wanted::by("eve")));
    wait_on(world, &[ORCHESTRATOR], until);
    disks::free(&disk.folder).expect("it has room again");

    world.shop().await_ready(ORCHESTRATOR).expect("it goes on by itself");
    await_metric(world, ORCHESTRATOR, &[("disk", false)]);
    world.pack_slowly();
    for order in &orders {
        world.await_status(order, "completed");
    }
}
