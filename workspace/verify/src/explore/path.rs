//! The way from the beginning to what was found.

use palinode_core::{Plan, StepIndex};

use super::coverage::waits_for_a_person;
use crate::{
    Core, Rule,
    world::{Clock, Made, Move, Style, Taken, Taker, World, canonical, moves, moves_again},
};

/// Moves from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// How participants reply in it.
    pub(crate) style: Style,
    pub(crate) moves: Vec<Made>,
}

impl Path {
    /// What each of the moves leads to; ends early when one is not possible.
    pub(crate) fn played<C: Core>(&self, taker: &Taker<'_, C>) -> Vec<(Made, Taken)> {
        let mut world = World::new(taker.plan, self.style);
        let mut played = Vec::new();
        for made in &self.moves {
            if !is_possible(taker.plan, &world, *made) {
                break;
            }
            let Some(mut taken) = taker.take(&world, *made, Clock::Still) else {
                break;
            };
            canonical(taker.plan, &mut taken.world);
            world = taken.world.clone();
            played.push((*made, taken));
        }
        played
    }
}

/// `path` without the moves that are not needed to break the rule in its last one. The search leaves out orders that
/// lead to the same, so that a path may hold what another order would have put off.
pub(crate) fn shortened<C: Core>(taker: &Taker<'_, C>, path: &Path, rule: Rule, step: Option<StepIndex>) -> Path {
    let mut shortest = path.clone();
    let mut at = 0;
    while at < shortest.moves.len() {
        let mut shorter = shortest.clone();
        shorter.moves.remove(at);
        if breaks(taker, &shorter, rule, step) {
            shortest = shorter;
        } else {
            at += 1;
        }
    }
    shortest
}

fn breaks<C: Core>(taker: &Taker<'_, C>, path: &Path, rule: Rule, step: Option<StepIndex>) -> bool {
    let played = path.played(taker);
    let Some((_, last)) = played.last().filter(|_| played.len() == path.moves.len()) else {
        return false;
    };
    if rule == Rule::WaitsForAPerson {
        let mut waits = last.events.iter().map(|event| waits_for_a_person(taker.plan, event));
        return waits.any(|waits| waits == Some(step));
    }
    last.broken
        .iter()
        .any(|broken| broken.rule == rule && broken.step == step)
}

fn is_possible(plan: &Plan, world: &World, made: Made) -> bool {
    if let Move::Again(again) = made.what {
        let mut possible = Vec::new();
        moves_again(plan, world, &mut possible);
        return possible.contains(&again);
    }
    let mut possible = Vec::new();
    moves(plan, world, &mut possible);
    possible.contains(&made.what)
}
