//! Nothing goes wrong by the orchestrator's own fault.

use palinode_core::ReasonCode;
use palinode_wire::{dead_letter::ErrorCode, headers};

use super::{Check, Found, Scene};

/// No input becomes a dead letter and no saga is suspended for a reason that only a defect gives: people are told of them,
/// so that the laws of what is lost say nothing.
pub(super) struct OwnFaults;

const DEAD_LETTERS: &str = "palinode.dead-letters";
/// What only a defect gives.
const DEFECTS: [ErrorCode; 2] = [ErrorCode::ForwardedTwice, ErrorCode::InvariantBroken];

impl Check for OwnFaults {
    fn name(&self) -> &'static str {
        "own_faults"
    }

    fn law(&self) -> &'static str {
        "No input becomes a dead letter and no saga is suspended because of a defect: each input is forwarded to its task, and no invariant breaks."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for letter in scene.records(DEAD_LETTERS) {
            let header = |name: &str| {
                let header = letter.headers.iter().find(|header| &*header.name == name)?;
                std::str::from_utf8(&header.value).ok()
            };
            let code = header(headers::ERROR_CODE);
            if let Some(code) = code.filter(|code| DEFECTS.iter().any(|defect| defect.as_str() == *code)) {
                let input = header(headers::DEAD_LETTER_ID).unwrap_or("an unknown input");
                found.add(format!("{input} is a dead letter: {code}"));
            }
        }
        for (saga, events) in scene.sagas() {
            let events = events.iter().filter_map(|(_, entry)| entry.event());
            for event in events.filter(|event| event.code.as_deref() == Some(ReasonCode::InvariantBroken.as_str())) {
                found.of_saga(saga, format!("event {} says that an invariant broke", event.sequence.0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use palinode_wire::dead_letter::ErrorCode;

    use super::OwnFaults;
    use crate::checks::testing::{Made, event};

    fn made() -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made
    }

    #[test]
    fn what_others_did_wrong_is_right() {
        let mut made = made();
        made.dead_letter("payments.events/0/0");
        made.dead_letter_for("payments.events/0/1", ErrorCode::Undecodable);
        let suspended = event("o-1", 3, "SagaSuspended", "payments.events/0/0").coded("OUTPUT_REFUSED");
        made.write(0, 0, &[suspended]);
        assert_eq!(made.findings(&OwnFaults), Vec::<String>::new());
    }

    #[test]
    fn a_dead_letter_and_a_suspension_by_a_defect_are_found() {
        let mut made = made();
        made.dead_letter_for("payments.events/0/1", ErrorCode::ForwardedTwice);
        let suspended = event("o-1", 3, "SagaSuspended", "payments.events/0/0").coded("INVARIANT_BROKEN");
        made.write(0, 0, &[suspended]);
        assert_eq!(
            made.findings(&OwnFaults),
            [
                "payments.events/0/1 is a dead letter: FORWARDED_TWICE",
                "order-fulfilment/o-1: event 3 says that an invariant broke"
            ]
        );
    }
}
