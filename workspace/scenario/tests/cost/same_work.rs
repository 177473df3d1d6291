//! The hand-written saga does what the core does: otherwise it would be no measure.

use palinode_core::{Effect, Value};

use super::{common, hand::Sent, subjects::Ground};

#[test]
fn the_hand_written_saga_tells_and_sends_the_same() {
    let ground = Ground::new(common::definition(&common::order_text()).plan, common::schemas());
    for subject in ground.subjects() {
        let (core, hand) = (ground.core(&subject), ground.hand(&subject));
        assert_eq!(core.events, hand.events, "{}", subject.name);
        let of_core: Vec<&[Value]> = core.effects.iter().map(values).collect();
        let of_hand: Vec<&[Value]> = hand.sent.iter().map(hand_values).collect();
        assert_eq!(of_core, of_hand, "{}", subject.name);
        let alike = core
            .effects
            .iter()
            .zip(&hand.sent)
            .all(|(core, hand)| is_alike(core, hand));
        assert!(alike, "{}: {:?} {:?}", subject.name, core.effects, hand.sent);
    }
}

fn is_alike(core: &Effect, hand: &Sent) -> bool {
    match (core, hand) {
        (
            Effect::Command { step, attempt, .. },
            Sent::Command {
                step: by_hand,
                attempt: number,
                ..
            },
        ) => step == by_hand && attempt == number,
        (Effect::Emission { sequence, .. }, Sent::Emission { sequence: by_hand, .. }) => sequence.0 == *by_hand,
        (Effect::Outcome { .. }, Sent::Outcome { .. }) => true,
        _ => false,
    }
}

fn values(effect: &Effect) -> &[Value] {
    match effect {
        Effect::Command { values, .. } | Effect::Emission { values, .. } | Effect::Outcome { values, .. } => values,
        Effect::Answer(_) => &[],
    }
}

fn hand_values(sent: &Sent) -> &[Value] {
    match sent {
        Sent::Command { values, .. } | Sent::Emission { values, .. } | Sent::Outcome { values, .. } => values,
    }
}
