//! Lets every cell happen, and compares it with what is decided.

use std::{fs, path::PathBuf};

use super::{
    cells::{ELSEWHERE, cells},
    world::{Reply, State, cell, shown},
};
use crate::{Saga, Sequence};

#[test]
fn every_reply_is_decided_in_every_state() {
    for reply in Reply::ALL {
        let states: Vec<State> = cells(reply).iter().map(|cell| cell.state).collect();
        assert_eq!(states, State::ALL, "{reply:?}");
    }
}

#[test]
fn every_cell_happens_as_it_is_decided() {
    for reply in Reply::ALL {
        for decided in cells(reply) {
            let name = format!("{} × {}", reply.name(), decided.state.name());
            let (mut story, input) = cell(reply, decided.state);
            let before = story.saga.as_ref().map(Saga::sequence);

            let journaled = story.when(&input);

            assert_eq!(journaled, decided.journaled, "{name}: journaled");
            assert_eq!(story.sent(), decided.sent, "{name}: sent");
            assert_eq!(shown(&story), decided.shown, "{name}: shown");
            assert_eq!(
                story.last_event().needs_attention(),
                decided.attention,
                "{name}: attention"
            );
            if let Some(Sequence(before)) = before {
                let after = story.saga.as_ref().map(Saga::sequence);
                let counted = Sequence(before + decided.journaled.len() as u64);
                assert_eq!(after, Some(counted), "{name}: each event is counted");
            }
            assert!(!decided.why.is_empty(), "{name}");
        }
    }
}

#[test]
fn what_is_done_is_never_lost() {
    let of_success = [Reply::Success, Reply::Late, Reply::NeverRequested, Reply::UnknownSaga];
    for decided in of_success.into_iter().flat_map(cells) {
        let recorded = decided.journaled.contains(&"succeeded stock 1");
        let known = decided.journaled == ["rejected: DUPLICATE_REPLY"];
        assert!(recorded || known || decided.attention, "{decided:?}");
    }
}

#[test]
fn what_the_engine_decides_has_tests_there() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/engine");
    for (file, test) in ELSEWHERE.iter().flat_map(|elsewhere| elsewhere.tests) {
        let text = fs::read_to_string(folder.join(file)).expect(file);
        assert!(
            text.contains(&format!("#[test]\nfn {test}()")),
            "{file} has no test {test}"
        );
    }
}
