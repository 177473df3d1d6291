//! From a plan to what is wrong with it.

use std::collections::BTreeSet;

use palinode_core::{Plan, Purpose, StepIndex};

use crate::{
    Bounds, Core, Explored, Finding, Production, Report, Rule,
    dead::dead,
    explore::{Coverage, Search, explore, liveness, shortened},
    facts::Facts,
    locks::locks,
    sentence::{sentence, waits},
    tell::Teller,
    time::{Late, late, late_with_longest_arrays},
    world::{Style, Taker, with_distinct_attempts, with_longest_arrays, with_unknown_arrays, without_content},
};

/// How far the exploration goes.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// States after which the exploration stops without a proof.
    pub states_max: u32,
    /// Whether orders that lead to the same are explored once.
    pub reduced: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            states_max: STATES_MAX,
            reduced: true,
        }
    }
}

/// States that fit into about 1 GiB with their edges.
const STATES_MAX: u32 = 10_000_000;

/// The longest that a saga may go on by itself: a year, which is the longest time span in a definition as well.
const WHOLE_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;

/// Explores every way in which the sagas of `plan` can go, with the core that runs in production.
pub fn verify(plan: Plan, settings: Settings) -> Report {
    verify_with(&Production, plan, settings)
}

/// Like [`verify`], with another core: this is how mistakes of a core are found.
pub fn verify_with<C: Core>(core: &C, plan: Plan, settings: Settings) -> Report {
    let facts = Facts::of(&plan);
    let bounds = Bounds::of(&plan);
    let of_locks = locks(&plan, &facts);
    let mut plan = without_content(plan);
    let mut findings = told(&plan, &facts, bounds, late(core, &plan));
    if !findings.iter().any(|finding| finding.rule == Rule::DeadlineTooShort) {
        plan = with_longest_arrays(plan);
        let late = late_with_longest_arrays(core, &plan);
        findings.extend(told(&plan, &facts, bounds, late));
        plan = with_unknown_arrays(plan);
    }
    findings.extend(of_locks);
    let mut explored = Explored {
        is_complete: true,
        ..Explored::default()
    };
    let mut coverage = Coverage::of(&plan);
    let mut told = BTreeSet::new();
    for style in styles(&plan) {
        plan = with_distinct_attempts(plan, style);
        let mut search = explore(core, &plan, style, settings);
        liveness(core, &plan, &mut search);
        search.found.retain(|found, _| told.insert(*found));
        findings.extend(on_paths(core, &plan, &facts, &search, bounds));
        explored.add(&search.explored);
        coverage.add(&search.coverage);
    }
    if explored.is_complete {
        findings.extend(dead(&plan, &facts, &coverage));
    }
    let of_bounds = [
        (Rule::NoDeadline, plan.deadline.is_none()),
        (Rule::GoesOnTooLong, bounds.whole_ms > WHOLE_MS_MAX),
    ];
    for (rule, _) in of_bounds.into_iter().filter(|(_, is_found)| *is_found) {
        let message = sentence(&plan, rule, None, bounds);
        findings.push(Teller::new(&plan, &facts).no_path(rule, None, message));
    }
    findings.sort_by_key(|finding| (finding.severity, finding.rule));
    Report {
        definition: plan.name.to_string(),
        version: plan.version,
        steps: plan.steps.len(),
        explored,
        bounds,
        findings,
    }
}

/// With headers, and without where that makes a difference. Without them more attempts are distinct, so that they come
/// first: attempts that were made one stay so.
fn styles(plan: &Plan) -> Vec<Style> {
    let purposes = [Purpose::Forward, Purpose::Compensation];
    let mut replies = plan
        .steps
        .iter()
        .flat_map(|step| purposes.map(|purpose| step.replies_for(purpose)));
    if replies.any(|replies| replies.is_some_and(|replies| replies.failed.is_some())) {
        vec![Style::Plain, Style::Headers]
    } else {
        vec![Style::Headers]
    }
}

/// What is found with a clock.
fn told(plan: &Plan, facts: &Facts, bounds: Bounds, late: impl IntoIterator<Item = Late>) -> Vec<Finding> {
    let tell = |late: Late| {
        let steps = late.played.0.iter();
        let played: Vec<_> = steps.map(|(at, made, taken)| (Some(*at), *made, taken)).collect();
        let message = sentence(plan, late.rule, late.step, bounds);
        Teller::new(plan, facts).path(late.rule, late.step, message, &played)
    };
    late.into_iter().map(tell).collect()
}

fn on_paths<C: Core>(core: &C, plan: &Plan, facts: &Facts, search: &Search, bounds: Bounds) -> Vec<Finding> {
    let taker = Taker::new(core, plan);
    let tell = |rule, step, message: String| {
        let path = shortened(&taker, &search.found[&(rule, step)], rule, step);
        let played = path.played(&taker);
        let played: Vec<_> = played.iter().map(|(made, taken)| (None, *made, taken)).collect();
        Teller::new(plan, facts).path(rule, step, message, &played)
    };
    let mut found = Vec::new();
    let mut waiting: Vec<Option<StepIndex>> = Vec::new();
    for (rule, step) in search.found.keys() {
        if *rule == Rule::WaitsForAPerson {
            waiting.push(*step);
        } else {
            found.push(tell(*rule, *step, sentence(plan, *rule, *step, bounds)));
        }
    }
    // One finding for all of them: what the first one is told for holds for each.
    if let Some(first) = waiting.first() {
        let rule = Rule::WaitsForAPerson;
        let mut names: Vec<&str> = waiting
            .iter()
            .flatten()
            .map(|step| plan.step(*step).name.as_str())
            .collect();
        names.dedup();
        let message = waits(&names);
        found.push(tell(rule, *first, message));
    }
    found
}
