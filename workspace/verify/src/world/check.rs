//! The rules for one move.

use palinode_core::{CompensationOrder, Effect as Sent, Event, Outcome, Plan, Purpose, Saga, StepIndex, Zone};

use super::{Answer, Broken, Effect, Move, Way, World};
use crate::Rule;

/// Which steps follow each step, directly or not.
#[derive(Debug)]
pub(super) struct Graph {
    followers: Vec<Vec<StepIndex>>,
}

impl Graph {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut followers: Vec<Vec<StepIndex>> = vec![Vec::new(); plan.steps.len()];
        for step in plan.step_indexes().rev() {
            let mut all = Vec::new();
            for next in &plan.step(step).dependents {
                all.push(*next);
                all.extend_from_slice(&followers[next.at()]);
            }
            all.sort_unstable();
            all.dedup();
            followers[step.at()] = all;
        }
        Self { followers }
    }
}

/// A move that was made.
pub(super) struct Moved<'a> {
    pub(super) made: Move,
    pub(super) before: &'a World,
    pub(super) after: &'a World,
    pub(super) events: &'a [Event],
    pub(super) effects: &'a [Sent],
}

/// A command is sent. `world` is what is known at that moment; `is_new` when it begins a round.
pub(super) fn command(
    plan: &Plan,
    graph: &Graph,
    world: &World,
    (step, purpose): (StepIndex, Purpose),
    is_new: bool,
    broken: &mut Vec<Broken>,
) {
    match purpose {
        Purpose::Forward => forward(plan, world, step, is_new, broken),
        Purpose::Compensation => compensation(plan, graph, world, step, is_new, broken),
    }
}

fn forward(plan: &Plan, world: &World, step: StepIndex, is_new: bool, broken: &mut Vec<Broken>) {
    let mut is_broken = |rule| {
        broken.push(Broken { rule, step: Some(step) });
    };
    let Some(participant) = world.participant(step) else {
        return is_broken(Rule::AskedTooEarly);
    };
    if is_new && matches!(participant.forward, Answer::Open | Answer::Done) {
        is_broken(Rule::AskedUnderNewId);
    }
    if world.goes_back() || participant.compensation != Answer::NotAsked {
        is_broken(Rule::AskedOnTheWayBack);
    }
    if plan.step(step).after.iter().any(|before| !world.is_settled(*before)) {
        is_broken(Rule::AskedTooEarly);
    }
}

fn compensation(plan: &Plan, graph: &Graph, world: &World, step: StepIndex, is_new: bool, broken: &mut Vec<Broken>) {
    let mut is_broken = |rule| {
        broken.push(Broken { rule, step: Some(step) });
    };
    if plan.pivot.is_some_and(|pivot| world.is_possible(pivot)) || plan.step(step).zone != Zone::Compensatable {
        is_broken(Rule::BackAfterPivot);
    }
    let Some(participant) = world.participant(step) else {
        return is_broken(Rule::CompensatedNeedlessly);
    };
    // A refused compensation is asked for again, whatever has come to light since.
    if !is_new || participant.compensation == Answer::Refused {
        return;
    }
    match participant.effect {
        Effect::None => is_broken(Rule::CompensatedNeedlessly),
        Effect::TakenBack => is_broken(Rule::CompensatedTwice),
        Effect::Possible | Effect::Certain => {}
    }
    // What turns out to be done late is taken back at once.
    let is_late = participant.compensation == Answer::Done;
    if !is_late && !is_its_turn(plan, graph, world, step) {
        is_broken(Rule::CompensationOrder);
    }
}

fn is_its_turn(plan: &Plan, graph: &Graph, world: &World, step: StepIndex) -> bool {
    let is_left = |after: StepIndex| {
        plan.step(after).compensation.is_some()
            && world
                .parts(after)
                .any(|part| part.effect.is_possible() && !part.is_left)
    };
    let template = step.template();
    match plan.compensation_order {
        CompensationOrder::Parallel => true,
        CompensationOrder::Reverse => !graph.followers[template.at()].iter().any(|after| is_left(*after)),
        CompensationOrder::Sequential => {
            let is_under_way = |other: StepIndex| {
                let known = world.participant(other);
                other != step && known.is_some_and(|known| known.compensation == Answer::Open && !known.is_left)
            };
            !plan.step_indexes().any(|after| after > template && is_left(after)) && !world.indexes().any(is_under_way)
        }
    }
}

/// Whether the saga ended as it may, or goes on as it may.
pub(super) fn ends(plan: &Plan, moved: &Moved<'_>, broken: &mut Vec<Broken>) {
    let Moved {
        made,
        before,
        after,
        events,
        effects,
    } = *moved;
    let mut is_broken = |rule, step| {
        broken.push(Broken { rule, step });
    };
    let asked = effects.iter().find_map(|sent| match sent {
        Sent::Command { step, .. } => Some(*step),
        Sent::Answer(_) | Sent::Emission { .. } | Sent::Outcome { .. } => None,
    });
    let opens = before.is_closed() && !after.is_closed();
    let is_late_success = matches!(made, Move::Done(_, Purpose::Forward));
    if asked.is_some() && after.is_closed() || opens && !is_late_success {
        is_broken(Rule::CommandAfterEnd, asked);
    }
    if let Some(suspension) = after.open().and_then(|state| state.suspended.as_ref())
        && suspension.reason.text.is_empty()
    {
        is_broken(Rule::NoReason, suspension.step.map(|(step, _)| step));
    }
    let ended = events.iter().filter(|event| event.outcome().is_some()).count();
    let told = effects
        .iter()
        .filter(|sent| matches!(sent, Sent::Outcome { .. }))
        .count();
    let closes = after.is_closed() && !before.is_closed();
    if told != ended || closes && told != 1 {
        is_broken(Rule::OutcomeRecord, None);
    }
    if after.is_closed() {
        broken.extend(kept_lock(before, events).map(|step| Broken {
            rule: Rule::LockKept,
            step: Some(step),
        }));
        closed(plan, after, broken);
    }
}

/// A step whose lock the saga has not let go of by these events.
fn kept_lock(before: &World, events: &[Event]) -> Option<StepIndex> {
    let state = before.open()?;
    let had = state.indexes().filter(|step| state.step(*step).lock.is_some());
    let asked = events.iter().filter_map(|event| match event {
        Event::LockAsked { step, .. } => Some(*step),
        _ => None,
    });
    had.chain(asked).find(|held| {
        let lets_go = |event: &Event| match event {
            Event::LockReleased { step, .. } | Event::LockMissed { step, .. } => step == held,
            _ => false,
        };
        !events.iter().any(lets_go)
    })
}

fn closed(plan: &Plan, world: &World, broken: &mut Vec<Broken>) {
    let Some(Saga::Closed(end)) = &world.saga else { return };
    for step in world.indexes() {
        let Some(known) = world.participant(step) else { continue };
        let rule = match end.outcome {
            Outcome::Completed if !world.is_settled(step) => Some(Rule::CompletedEarly),
            Outcome::Completed if known.way == Way::Without && known.effect == Effect::Possible => {
                Some(Rule::LeftUnknown)
            }
            Outcome::Compensated if known.effect.is_possible() => left(plan, step, known.effect, known.is_left),
            Outcome::Completed | Outcome::Compensated => None,
        };
        broken.extend(rule.map(|rule| Broken { rule, step: Some(step) }));
    }
}

/// What it means that a step may be done when the saga ends compensated.
fn left(plan: &Plan, step: StepIndex, effect: Effect, is_left: bool) -> Option<Rule> {
    let plan = plan.step(step);
    match (plan.zone, plan.compensation.is_some()) {
        (Zone::Pivot | Zone::ForwardOnly, _) => Some(Rule::BackAfterPivot),
        (Zone::Compensatable, true) if is_left => Some(Rule::CompensationGivenUp),
        (Zone::Compensatable, true) => Some(Rule::LeftDone),
        // What a wait or a question has done is nothing that could be taken back.
        (Zone::Compensatable, false) if effect == Effect::Certain && plan.replies().is_some() => {
            Some(Rule::NothingTakesItBack)
        }
        (Zone::Compensatable, false) => None,
    }
}

/// An input that comes again is refused, or means nothing any more.
pub(super) fn changes_nothing(events: &[Event], step: Option<StepIndex>, broken: &mut Vec<Broken>) {
    if events.iter().any(|event| !matches!(event, Event::InputRejected { .. })) {
        broken.push(Broken {
            rule: Rule::NotIdempotent,
            step,
        });
    }
}
