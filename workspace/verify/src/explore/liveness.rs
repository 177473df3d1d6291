//! Every path ends: there are no circles without somebody who intervenes, and from every state an end can be reached.

use palinode_core::Plan;

use super::{
    Path,
    reduction::outcomes,
    search::{INTERVENTION, Kind, Search},
};
use crate::{
    Core, Rule,
    world::{Taker, World, canonical, moves},
};

/// Adds to what `search` found the shortest path into a circle, and to a state without a way out.
pub(crate) fn liveness<C: Core>(core: &C, plan: &Plan, search: &mut Search) {
    if !search.explored.is_complete {
        return;
    }
    if let Some(inside) = circles(search)
        && let Some(first) = inside.iter().position(|is_inside| *is_inside)
    {
        let path = round(core, plan, search, &inside, first);
        search.found.insert((Rule::Endless, None), path);
    }
    if let Some(lost) = lost(search) {
        let path = search.path(lost, None);
        search.found.insert((Rule::NoWayOut, None), path);
    }
}

/// The states on a circle of moves that need nobody, or between two; `None` when there are none.
fn circles(search: &Search) -> Option<Vec<bool>> {
    let count = search.nodes.len();
    let mut incoming = vec![0u32; count];
    for state in 0..count {
        for next in own_moves(search, state) {
            incoming[next] += 1;
        }
    }
    let mut free: Vec<usize> = (0..count).filter(|state| incoming[*state] == 0).collect();
    let mut removed = 0;
    while let Some(state) = free.pop() {
        removed += 1;
        for next in own_moves(search, state) {
            incoming[next] -= 1;
            if incoming[next] == 0 {
                free.push(next);
            }
        }
    }
    if removed == count {
        return None;
    }
    // What only follows a circle is not on one: from the back, whatever leads nowhere among the rest is taken away.
    let mut inside: Vec<bool> = incoming.iter().map(|incoming| *incoming > 0).collect();
    loop {
        let mut changed = false;
        for state in (0..count).rev() {
            if inside[state] && !own_moves(search, state).any(|next| inside[next]) {
                inside[state] = false;
                changed = true;
            }
        }
        if !changed {
            return Some(inside);
        }
    }
}

/// The path to the state `first`, and on among the states `inside` until one comes again.
fn round<C: Core>(core: &C, plan: &Plan, search: &mut Search, inside: &[bool], first: usize) -> Path {
    let taker = Taker::new(core, plan);
    let mut path = search.path(u32::try_from(first).unwrap_or(0), None);
    let style = path.style;
    let mut world = path
        .played(&taker)
        .pop()
        .map_or_else(|| World::new(plan, style), |(_, taken)| taken.world);
    let mut visited = vec![first];
    loop {
        let mut possible = Vec::new();
        moves(plan, &world, &mut possible);
        let own = possible.into_iter().filter(|made| !made.is_intervention());
        let next = own
            .flat_map(|made| outcomes(&taker, &world, made))
            .find_map(|(made, mut taken)| {
                canonical(plan, &mut taken.world);
                let number = search.number_of(&taken.world)? as usize;
                let moves_on = Some(&number) != visited.last() && inside.get(number) == Some(&true);
                moves_on.then_some((made, taken.world, number))
            });
        let Some((made, after, number)) = next else { return path };
        path.moves.push(made);
        if visited.contains(&number) {
            return path;
        }
        visited.push(number);
        world = after;
    }
}

/// The first state from which no end can be reached, whoever helps.
fn lost(search: &Search) -> Option<u32> {
    let count = search.nodes.len();
    let mut ends: Vec<bool> = search.nodes.iter().map(|node| node.kind == Kind::Closed).collect();
    loop {
        let mut changed = false;
        for state in (0..count).rev() {
            if !ends[state] && targets(search, state).any(|next| ends[(next & !INTERVENTION) as usize]) {
                ends[state] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let lost = ends.iter().position(|is_end| !is_end)?;
    u32::try_from(lost).ok()
}

fn own_moves(search: &Search, state: usize) -> impl Iterator<Item = usize> + '_ {
    targets(search, state)
        .filter(|next| next & INTERVENTION == 0)
        .map(|next| next as usize)
}

fn targets(search: &Search, state: usize) -> impl Iterator<Item = u32> + '_ {
    let (begin, end) = (search.starts[state] as usize, search.starts[state + 1] as usize);
    search.targets[begin..end].iter().copied()
}
