//! What becomes true, by replies that are delivered, events that are journaled and commands that are sent.

use palinode_core::{Event, Purpose, Round};

use super::{Answer, Effect, Move, Participant, Style, Way, World};

/// What a reply says about the truth. `before` is the world before it.
pub(super) fn answer(world: &mut World, before: &World, made: Move) {
    let Some((step, purpose)) = made.step() else { return };
    let unanswered = before.request(step, purpose).is_some_and(|request| request.unanswered);
    let Some(participant) = world.participant_mut(step) else {
        return;
    };
    match (made, purpose) {
        (Move::Done(..), Purpose::Forward) => {
            participant.forward = Answer::Done;
            participant.effect = Effect::Certain;
        }
        (Move::Done(..), Purpose::Compensation) => {
            participant.compensation = Answer::Done;
            participant.effect = Effect::TakenBack;
        }
        (Move::Refused(..), _) => refuse(participant, purpose, before.style, unanswered),
        (Move::Event(_), _) => participant.forward = Answer::Done,
        _ => {}
    }
}

fn refuse(participant: &mut Participant, purpose: Purpose, style: Style, unanswered: bool) {
    // Nobody knows which attempt it answers: an earlier one may still be done.
    if style == Style::Plain && unanswered {
        return;
    }
    match purpose {
        Purpose::Forward => {
            participant.forward = Answer::Refused;
            if participant.compensation == Answer::NotAsked {
                participant.effect = Effect::None;
            }
        }
        Purpose::Compensation => participant.compensation = Answer::Refused,
    }
}

/// How the saga goes by its steps, as its journal says.
pub(super) fn passage(world: &mut World, events: &[Event]) {
    for event in events {
        match event {
            Event::PassedOver { step } => change(world, *step, |known| known.way = Way::Around),
            Event::GivenUp { step, purpose, .. } => change(world, *step, |known| match purpose {
                Purpose::Forward => known.way = Way::Without,
                Purpose::Compensation => known.is_left = true,
            }),
            Event::Expanded { step, items } => {
                change(world, *step, |known| known.way = Way::Items);
                let items = (0..*items).filter_map(|item| step.of_item(item));
                world.items.extend(items.map(|item| (item, Participant::default())));
            }
            Event::WaitEnded { step, fails: false, .. }
            | Event::DecisionMade { step, fails: false, .. }
            | Event::LockMissed { step, fails: false, .. }
            | Event::LockGranted { step } => {
                change(world, *step, |known| known.effect = Effect::Certain);
            }
            _ => {}
        }
    }
}

fn change(world: &mut World, step: palinode_core::StepIndex, change: impl FnOnce(&mut Participant)) {
    if let Some(participant) = world.participant_mut(step) {
        change(participant);
    }
}

/// A command is sent.
pub(super) fn asked(participant: &mut Participant, purpose: Purpose, round: Round, is_new: bool) {
    *participant.round_mut(purpose) = round;
    match purpose {
        Purpose::Forward if is_new => {
            participant.forward = Answer::Open;
            participant.effect = Effect::Possible;
        }
        Purpose::Compensation if is_new => participant.compensation = Answer::Open,
        Purpose::Forward | Purpose::Compensation => {}
    }
}
