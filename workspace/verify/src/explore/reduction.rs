//! Orders that lead to the same are explored once.
//!
//! On the way back the compensations of different steps do not know each other, but for three things: the end, which
//! waits for all of them; a step before them, which is taken back when all that came after it are; and the suspension,
//! which lasts while one of them has no attempt left, and stops none of the others (which of several it is named after is
//! left open, see `canonical`). So, when there is a step on the way back which
//!
//! - waits for a reply or a pause (so that the saga cannot end, whatever the others do, before this step has moved), and
//! - whose moves, all of them, leave the saga open, and do not begin to take back a step that another one could keep
//!   waiting: one that was taken back, and whose own success can still come late, so that it is taken back once more,
//!
//! then only this step's moves are explored here. Every other move commutes with each of them: it changes other steps,
//! which none of them looks at; a compensation that waits for several steps is requested by the last of them, whichever it
//! is, and the state is the same. The others' moves stay possible, and nothing else can enable or disable this step's
//! (cancellation is refused, there is no deadline on the way back). Without a person a step moves only finitely often, and
//! where a person has to act everything is explored, so that nothing is put off for ever. The rules are held on every move
//! that is explored, and look at one step and those that follow it.
//!
//! The tests explore small definitions with and without the reduction and compare what is found.

use palinode_core::{CompensationOrder, Event, Plan, Purpose, RequestStatus, StepIndex};

use crate::{
    Core,
    world::{Answer, Clock, Made, Move, Picks, Taken, Taker, World, asks_too_much},
};

/// The moves that are explored in a state.
pub(super) struct Successors {
    pub(super) chosen: Vec<(Made, Taken)>,
    /// How many were tried to choose them.
    pub(super) tried: u64,
    /// Whether everything that they asked was answered in every way.
    pub(super) is_complete: bool,
}

/// What the `possible` moves lead to, or enough of them.
pub(super) fn successors<C: Core>(taker: &Taker<'_, C>, world: &World, possible: &[Move], reduced: bool) -> Successors {
    let mut taken: Vec<Option<Vec<(Made, Taken)>>> = possible.iter().map(|_| None).collect();
    if reduced && world.goes_back() {
        for step in world.indexes().filter(|step| is_independent(world, *step)) {
            let mut is_enough = true;
            for (made, taken) in possible.iter().zip(&mut taken).filter(|(made, _)| is_of(**made, step)) {
                let led = taken.insert(outcomes(taker, world, *made));
                is_enough &= led.iter().all(|(_, taken)| is_local(taker.plan, taken, step));
            }
            if is_enough {
                return chosen(possible, taken, |made| is_of(made, step));
            }
        }
    }
    for (made, taken) in possible.iter().zip(&mut taken).filter(|(_, taken)| taken.is_none()) {
        *taken = Some(outcomes(taker, world, *made));
    }
    chosen(possible, taken, |_| true)
}

/// What `made` leads to, for everything that can be picked for what it asks.
pub(super) fn outcomes<C: Core>(taker: &Taker<'_, C>, world: &World, made: Move) -> Vec<(Made, Taken)> {
    let mut found = Vec::new();
    let mut next = Some(Picks::default());
    while let Some(picks) = next {
        let made = Made { what: made, picks };
        let Some(taken) = taker.take(world, made, Clock::Still) else {
            break;
        };
        next = picks.next(&taken.asked);
        found.push((made, taken));
    }
    found
}

fn chosen(possible: &[Move], taken: Vec<Option<Vec<(Made, Taken)>>>, wanted: impl Fn(Move) -> bool) -> Successors {
    let tried = taken.iter().flatten().map(|led| led.len() as u64).sum();
    let wanted = possible.iter().zip(taken).filter(|(made, _)| wanted(**made));
    let chosen: Vec<(Made, Taken)> = wanted.filter_map(|(_, taken)| taken).flatten().collect();
    let is_complete = !chosen.iter().any(|(_, taken)| asks_too_much(&taken.asked));
    Successors {
        chosen,
        tried,
        is_complete,
    }
}

fn is_of(made: Move, step: StepIndex) -> bool {
    made.step().is_some_and(|(of, _)| of == step)
}

fn is_independent(world: &World, step: StepIndex) -> bool {
    [Purpose::Forward, Purpose::Compensation].into_iter().any(|purpose| {
        world.request(step, purpose).is_some_and(|request| {
            matches!(
                request.status,
                RequestStatus::Pending { .. } | RequestStatus::Paused { .. }
            )
        })
    })
}

fn is_local(plan: &Plan, taken: &Taken, step: StepIndex) -> bool {
    taken.world.goes_back()
        && taken.events.iter().all(|event| match event {
            Event::Requested { step: begun, .. } => {
                *begun == step || !can_be_kept_waiting(plan, &taken.world, *begun, step)
            }
            _ => true,
        })
}

/// Whether a step that follows `begun`, other than `but`, was taken back and can still turn out to be done.
fn can_be_kept_waiting(plan: &Plan, world: &World, begun: StepIndex, but: StepIndex) -> bool {
    let follows = |other: StepIndex| match plan.compensation_order {
        // In the order of the graph a follower's place is behind it; looking at more steps than needed does no harm.
        CompensationOrder::Reverse | CompensationOrder::Sequential => other.template() >= begun.template(),
        CompensationOrder::Parallel => other.template() == begun.template(),
    };
    world
        .indexes()
        .filter(|other| *other != but && *other != begun && follows(*other))
        .any(|other| {
            world
                .participant(other)
                .is_some_and(|known| known.forward == Answer::Open && known.compensation == Answer::Done)
        })
}
