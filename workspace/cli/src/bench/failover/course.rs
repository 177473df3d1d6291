//! The course: rounds with a standby, restarts, and rounds without a standby.

use std::{collections::BTreeMap, time::Duration};

use super::super::{
    arguments::Arguments,
    figures::{Bar, Figures},
    ground::Ground,
};
use super::{
    load::{Load, under_load},
    nodes::{NODES, Nodes},
    round,
};

/// Seconds for which the orders of a killed node may stand still when it has standbys.
const WITH_STANDBY: Bar = Bar::AtMost(2.0);
/// The same without: the next node opens its store and replays the journal first.
const WITHOUT_STANDBY: Bar = Bar::AtMost(5.0);
/// Seconds that a planned restart may cost an order.
const RESTART: Bar = Bar::AtMost(1.0);
/// Orders before the first round: the broker's virtual machine compiles its code meanwhile.
const WARM_UP: Duration = Duration::from_secs(15);
const SETTING: &str = "standby.replicas";

/// One way to kill nodes.
struct Kills {
    /// Before all topics.
    prefix: &'static str,
    name: &'static str,
    /// Settings that are not as shipped.
    settings: &'static [(&'static str, &'static str)],
    /// How many standbys each task has with these settings.
    standbys: usize,
    bar: Bar,
    /// The gap, the worst of it, the slowest order, the return.
    figures: [&'static str; 4],
}

const AS_SHIPPED: Kills = Kills {
    prefix: "standby.",
    name: "kill -9 with a standby",
    settings: &[],
    standbys: 1,
    bar: WITH_STANDBY,
    figures: [
        "kill -9 with a standby: orders stand still",
        "kill -9 with a standby: orders stand still, worst round",
        "kill -9 with a standby: slowest order",
        "kill -9 with a standby: its share again after the start",
    ],
};

const ALONE: Kills = Kills {
    prefix: "alone.",
    name: "kill -9 without a standby",
    settings: &[(SETTING, "0")],
    standbys: 0,
    bar: WITHOUT_STANDBY,
    figures: [
        "kill -9 without a standby: orders stand still",
        "kill -9 without a standby: orders stand still, worst round",
        "kill -9 without a standby: slowest order",
        "kill -9 without a standby: its share again after the start",
    ],
};

/// Measures all rounds.
pub(crate) fn measure(ground: &Ground, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let rounds = arguments.rounds();
    let with = part(ground, &AS_SHIPPED, |nodes, load| {
        kills(nodes, load, &AS_SHIPPED, rounds, figures)?;
        restarts(nodes, load, rounds, figures)
    })?;
    let without = part(ground, &ALONE, |nodes, load| {
        kills(nodes, load, &ALONE, rounds, figures)
    })?;
    figures.add("orders, all ended once", "", None, (with + without) as f64);
    Ok(())
}

/// Two nodes under load; gives how many orders were placed, all of which have ended.
fn part(
    ground: &Ground,
    kills: &Kills,
    work: impl FnOnce(&mut Nodes<'_>, &Load) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let mut stage = ground.stage_with(kills.prefix, |settings| {
        settings.nodes = NODES;
        settings.log = "info".into();
        let pairs = kills.settings.iter();
        settings.orchestrator = pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>();
    })?;
    let ((), placed) = under_load(&mut stage, |nodes, load| {
        load.run_for(WARM_UP)?;
        work(nodes, load)
    })?;
    stage.end()?;
    Ok(placed)
}

fn kills(nodes: &mut Nodes<'_>, load: &Load, kills: &Kills, rounds: u32, figures: &mut Figures) -> anyhow::Result<()> {
    let [gap, worst, slowest, back] = kills.figures;
    let mut longest = 0.0_f64;
    for number in 1..=rounds {
        let victim = Nodes::victim(number);
        let round = round::kill(nodes, load, victim, kills.standbys)?;
        println!("{} {number}, {victim}: {round}", kills.name);
        longest = longest.max(round.gap.as_secs_f64());
        figures.add(gap, "s", Some(kills.bar), round.gap.as_secs_f64());
        figures.add(slowest, "s", None, round.slowest.as_secs_f64());
        figures.add(back, "s", None, round.back.as_secs_f64());
    }
    figures.add(worst, "s", Some(kills.bar), longest);
    Ok(())
}

fn restarts(nodes: &mut Nodes<'_>, load: &Load, rounds: u32, figures: &mut Figures) -> anyhow::Result<()> {
    let mut longest = 0.0_f64;
    for number in 1..=rounds {
        let node = Nodes::victim(number);
        let round = round::restart(nodes, load, node, AS_SHIPPED.standbys)?;
        println!("restart {number}, {node}: {round}");
        longest = longest.max(round.delay().as_secs_f64());
        let delay = round.delay().as_secs_f64();
        figures.add("restart: delay of the slowest order", "s", Some(RESTART), delay);
        figures.add("restart: usual order before", "s", None, round.usual.as_secs_f64());
        figures.add(
            "restart: until the node has its share again",
            "s",
            None,
            round.whole.as_secs_f64(),
        );
    }
    figures.add(
        "restart: delay of the slowest order, worst round",
        "s",
        Some(RESTART),
        longest,
    );
    Ok(())
}
