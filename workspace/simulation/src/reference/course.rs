//! What an order does next: on its way, on its way back, or waiting for a person.

use super::{
    ask::{Ask, Got},
    order::{Order, Stage, Which, kind_of, name, step_words, work},
    table::{PIVOT, STEPS},
};

impl Order {
    pub(super) fn go_on(&mut self) {
        if self.is_refused {
            return;
        }
        match self.stage.clone() {
            Stage::Forward => self.go_forward(),
            Stage::Back(reason) => self.go_back(&reason),
            _ => {}
        }
    }

    pub(super) fn go_forward(&mut self) {
        if self.waits.is_some() {
            return;
        }
        if let Some(step) = (0..STEPS.len()).find(|step| self.steps[*step].0.is_stuck()) {
            return self.wait_for((step, false));
        }
        for (step, of) in STEPS.iter().enumerate() {
            let is_free = of.after.iter().all(|before| self.steps[*before].0.got == Got::Done);
            if is_free && self.steps[step].0.got == Got::Nowhere {
                self.request((step, false), 1);
            }
        }
        if self.steps.iter().all(|(ask, _)| ask.got == Got::Done) {
            self.stage = Stage::Completed;
            self.waits = None;
            self.deadline = None;
            self.say("SagaCompleted".into());
        }
    }

    /// Takes back what may be done, a step only when all that came after it is settled.
    pub(super) fn go_back(&mut self, reason: &str) {
        if matches!(self.waits, Some((None, _))) {
            return;
        }
        let mut clear = [false; STEPS.len()];
        for step in (0..STEPS.len()).rev() {
            let after_are_clear = (0..STEPS.len()).all(|other| !STEPS[other].after.contains(&step) || clear[other]);
            let owes = |(ask, undo): &(Ask, Ask)| {
                STEPS[step].undo.is_some() && undo.got == Got::Nowhere && matches!(ask.got, Got::Done | Got::Unknown)
            };
            if after_are_clear && owes(&self.steps[step]) {
                let round = self.steps[step].1.round + 1;
                self.request((step, true), round);
            }
            let (ask, undo) = self.steps[step];
            let is_back = undo.got == Got::Done || undo.got == Got::Nowhere && !owes(&self.steps[step]);
            clear[step] = after_are_clear && !ask.is_under_way() && is_back;
        }
        if clear.iter().all(|clear| *clear) {
            self.stage = Stage::Compensated(reason.to_owned());
            self.waits = None;
            self.say(format!("SagaCompensated {reason}"));
        } else if self.waits.is_none()
            && let Some(step) = (0..STEPS.len()).find(|step| self.steps[*step].1.is_stuck())
        {
            self.wait_for((step, true));
        }
    }

    pub(super) fn turn_back(&mut self, reason: &str) {
        self.say(format!("CompensationStarted {reason}"));
        self.stage = Stage::Back(reason.to_owned());
        self.waits = None;
        self.deadline = None;
        self.steps.iter_mut().for_each(|(ask, _)| ask.end_pause());
        self.go_on();
    }

    pub(super) fn may_be_past_pivot(&self) -> bool {
        let pivot = &self.steps[PIVOT].0;
        match pivot.got {
            Got::Waiting(_) | Got::Done | Got::Unknown => true,
            Got::Pausing(_) => pivot.open,
            Got::Nowhere | Got::Refused => false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Forward | Stage::Back(_))
    }

    pub(super) fn request(&mut self, which: Which, round: u32) {
        if self.is_refused {
            self.would_ask = Some(which);
            return;
        }
        let wait = work(which).timeout_ms;
        let due = self.now + wait;
        self.ask(which).ask(round, due);
        let attempt = self.ask(which).attempt;
        self.say(format!(
            "{}Requested {} {round}/{attempt} +{wait}",
            kind_of(which),
            name(which)
        ));
    }

    pub(super) fn schedule(&mut self, which: Which, round: u32, pause: i64) {
        let at = self.now + pause;
        self.ask(which).pause(round, at);
        self.say(format!(
            "{}RetryScheduled {} {round} +{pause}",
            kind_of(which),
            name(which)
        ));
    }

    pub(super) fn failed(&mut self, which: Which, is_sure: bool, again: bool) {
        let round = self.ask(which).round;
        let sure = if is_sure { "surely" } else { "perhaps" };
        let end = if again { ", again" } else { "" };
        self.say(format!("{}Failed {} {round} {sure}{end}", kind_of(which), name(which)));
        if is_sure {
            self.ask(which).settle(false);
        } else {
            self.ask(which).unanswered();
        }
    }

    pub(super) fn wait_for(&mut self, which: Which) {
        let is_unknown = self.ask(which).got == Got::Unknown;
        self.suspend(
            which,
            if is_unknown {
                "OUTCOME_UNKNOWN"
            } else {
                "ATTEMPTS_EXHAUSTED"
            },
        );
    }

    /// Waits for a person, unless the order waits for something else already.
    pub(super) fn suspend(&mut self, which: Which, reason: &str) {
        if self.waits.as_ref().is_none_or(|(what, _)| *what == Some(which)) {
            self.suspend_for(Some(which), reason);
        }
    }

    pub(super) fn suspend_for(&mut self, what: Option<Which>, reason: &str) {
        self.waits = Some((what, reason.to_owned()));
        if let Some(which) = what {
            self.ask(which).end_pause();
        }
        let of = what.map(|which| format!("{} ", step_words(which))).unwrap_or_default();
        self.say(format!("SagaSuspended {of}{reason}"));
    }

    pub(super) fn resume(&mut self) {
        self.say("SagaResumed".into());
        if let Some((Some(which), _)) = self.waits.take() {
            let ask = self.ask(which);
            if ask.is_stuck() {
                ask.forgiven = ask.attempt;
            }
        }
    }
}
