//! `palinode simulate`.

use std::{
    fs,
    ops::Range,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use palinode_core::SagaId;
use palinode_simulation::{
    Judgement,
    checks::{Known, Scene},
    plan::WorldPlan,
    report::Run,
    scenarios,
    setting::Setting,
    shrink, simulate,
    story::tell,
};

use crate::{Verdict, say};

/// Failing worlds after which a run ends: more of them say nothing more.
const FAILED_MAX: u64 = 100;

/// Arguments of `palinode simulate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run one world: that of this number. One in which something is wrong is made smaller and told.
    #[arg(long, value_name = "N", conflicts_with_all = ["seeds", "start", "threads", "write"])]
    seed: Option<u64>,
    /// With --seed: tell what happened, in plain words and as a sequence diagram (Mermaid), also when nothing is wrong.
    #[arg(long, requires = "seed")]
    story: bool,
    /// With --seed: tell of the order with this key only, for example o-3.
    #[arg(long, value_name = "KEY", requires = "seed")]
    order: Option<String>,
    /// With --seed: do not make the world smaller.
    #[arg(long, requires = "seed")]
    whole: bool,
    /// Run so many worlds, after the named scenarios.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    seeds: u64,
    /// The number of the first world.
    #[arg(long, value_name = "N", default_value_t = 0)]
    start: u64,
    /// Run on so many threads; as many as there are processors when it is left out.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Write what was run, and what it reached, to this page (docs/simulation.md).
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    match arguments.seed {
        Some(seed) => one(arguments, seed),
        None => many(arguments),
    }
}

fn one(arguments: &Arguments, seed: u64) -> anyhow::Result<Verdict> {
    let mut plan = WorldPlan::draw(seed);
    let mut judgement = Judgement::of(&plan);
    for violation in &judgement.violations {
        say(violation)?;
    }
    let broken = judgement.violations.first().map(|violation| violation.check);
    match broken {
        None => say(format!("Nothing is wrong with world {seed}."))?,
        Some(check) if !arguments.whole => {
            plan = shrink(plan, &mut |plan| Judgement::of(plan).breaks(check));
            judgement = Judgement::of(&plan);
            say(format!("\nA smaller world in which '{check}' is broken as well:\n"))?;
            for violation in judgement.violations.iter().filter(|violation| violation.check == check) {
                say(violation)?;
            }
        }
        Some(_) => {}
    }
    if broken.is_some() || arguments.story {
        say(format!("\n{plan:#?}\n"))?;
        told(arguments, &plan, &judgement, broken)?;
    }
    Ok(if broken.is_some() {
        Verdict::Found
    } else {
        Verdict::Done
    })
}

/// Tells the story of the order that was asked for, of the saga at which it shows, or of all.
fn told(arguments: &Arguments, plan: &WorldPlan, judgement: &Judgement, broken: Option<&str>) -> anyhow::Result<()> {
    let Some(remains) = &judgement.remains else {
        return say("The world itself panicked; there is nothing to tell.");
    };
    let setting = Setting::new(plan);
    let known = Known::of(&setting, plan.tasks);
    let definition = setting.plans().first().map(|plan| plan.name.clone());
    let asked = arguments.order.as_ref().zip(definition);
    let asked = asked.map(|(key, definition)| SagaId::new(definition, key.as_str()));
    let shows = judgement
        .violations
        .iter()
        .filter(|violation| Some(violation.check) == broken)
        .find_map(|violation| violation.saga.clone());
    say(tell(&Scene::new(remains, &known), asked.or(shows).as_ref()))
}

fn many(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let seeds = arguments.start..arguments.start.saturating_add(arguments.seeds);
    let threads = arguments
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let begin = Instant::now();
    let played = scenarios::play(threads);
    let summary = simulated(seeds.clone(), threads);
    let run = Run {
        summary: &summary,
        scenarios: &played,
        seeds,
        when: jiff::Zoned::now().strftime("%Y-%m-%d").to_string(),
        took: begin.elapsed(),
        threads,
    };
    say(&run)?;
    if let Some(path) = &arguments.write {
        fs::write(path, run.page()).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if let Some((seed, _)) = summary.failed.first() {
        say(format!("\nSee one of them: palinode simulate --seed {seed} --story"))?;
    }
    Ok(if run.is_clean() { Verdict::Done } else { Verdict::Found })
}

fn simulated(seeds: Range<u64>, threads: usize) -> palinode_simulation::Summary {
    let bar = ProgressBar::new(seeds.end - seeds.start);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} worlds, {per_sec}, {eta} left; {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(500));
    let failed = AtomicU64::new(0);
    let summary = simulate(seeds, threads, &|_, judgement| {
        bar.inc(1);
        if judgement.violations.is_empty() {
            return true;
        }
        let count = failed.fetch_add(1, Ordering::Relaxed) + 1;
        bar.set_message(format!("{count} failed"));
        count < FAILED_MAX
    });
    bar.finish_and_clear();
    summary
}
