//! An order, and what follows from what happens to it.

use super::{
    Answer, Input,
    ask::{Ask, Got},
    table::{DEADLINE_MS, PAYMENT, PIVOT, STEPS, Step, Work},
};

/// A step, and whether it is meant to be taken back.
pub(super) type Which = (usize, bool);

/// Where an order is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nobody has heard of it.
    #[default]
    Unheard,
    /// It was cancelled before it was placed.
    Unwanted,
    /// On its way.
    Forward,
    /// On its way back, for this reason.
    Back(String),
    /// At its end.
    Completed,
    /// At its end, and undone.
    Compensated(String),
}

/// Whether what follows can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It can.
    Usual,
    /// It cannot: what happened is noted, nothing is asked, and the order waits for a person.
    Refused,
}

/// An order, and what is asked of services for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub(super) stage: Stage,
    pub(super) steps: [(Ask, Ask); STEPS.len()],
    /// What it waits for a person for: something that is stuck, or nothing in particular, and why.
    pub(super) waits: Option<(Option<Which>, String)>,
    pub(super) deadline: Option<i64>,
    pub(super) now: i64,
    pub(super) is_refused: bool,
    pub(super) would_ask: Option<Which>,
    lines: Vec<String>,
}

impl Order {
    /// What follows, in the words of the journal: the type of each event and what it says. None at all when nothing
    /// follows: a time that has no meaning any more.
    pub fn take(&mut self, input: &Input, now: i64, mode: Mode) -> Vec<String> {
        self.now = now;
        self.is_refused = mode == Mode::Refused;
        match input {
            Input::Place => self.place(),
            Input::Cancel => self.cancel(),
            Input::PayAgain => self.pay_again(),
            Input::Answer(answer) if answer.done => self.done(answer),
            Input::Answer(answer) => self.refusal(answer),
            Input::Time { kind, due } => self.time(kind, *due),
        }
        let says = |word: &'static str| move |line: &String| line.starts_with(word);
        let is_turned_away = !self.lines.is_empty() && self.lines.iter().all(says("InputRejected"));
        let waits_already = self.lines.iter().any(says("SagaSuspended"));
        if self.is_refused && self.is_open() && !is_turned_away && !waits_already {
            let what = self.would_ask.take();
            self.suspend_for(what, "OUTPUT_REFUSED");
        }
        self.would_ask = None;
        std::mem::take(&mut self.lines)
    }

    fn place(&mut self) {
        let unwanted = self.stage == Stage::Unwanted;
        if !unwanted && self.stage != Stage::Unheard {
            return self.reject("DUPLICATE_START", None);
        }
        self.stage = Stage::Forward;
        self.deadline = Some(self.now + DEADLINE_MS);
        self.say(format!("SagaStarted +{DEADLINE_MS}"));
        if unwanted {
            self.say("CancellationAccepted".into());
            self.turn_back("CANCELLED");
        } else {
            self.go_on();
        }
    }

    fn cancel(&mut self) {
        match self.stage {
            Stage::Unheard => {
                self.stage = Stage::Unwanted;
                self.say("CancellationKept".into());
            }
            Stage::Unwanted | Stage::Back(_) => self.reject("ALREADY_CANCELLED", None),
            Stage::Completed => self.reject("CANCEL_AFTER_PIVOT", None),
            Stage::Compensated(_) => self.reject("SAGA_CLOSED", None),
            Stage::Forward if self.may_be_past_pivot() => self.reject("CANCEL_AFTER_PIVOT", None),
            Stage::Forward => {
                self.say("CancellationAccepted".into());
                self.turn_back("CANCELLED");
            }
        }
    }

    fn pay_again(&mut self) {
        let payment = (PAYMENT, false);
        if self.stage == Stage::Unheard {
            return self.reject("UNKNOWN_SAGA", Some(payment));
        }
        if self.waits.as_ref().and_then(|(what, _)| *what) != Some(payment) {
            return self.reject("NOT_SUSPENDED", Some(payment));
        }
        self.resume();
        let ask = *self.ask(payment);
        match ask.got {
            Got::Refused => self.request(payment, ask.round + 1),
            Got::Unknown => self.request(payment, ask.round),
            _ => {}
        }
        self.go_on();
    }

    fn done(&mut self, answer: &Answer) {
        let which = (answer.step, answer.undo);
        match self.stage.clone() {
            Stage::Unheard => self.reject("UNKNOWN_SAGA", Some(which)),
            Stage::Unwanted => self.reject("NEVER_REQUESTED", Some(which)),
            Stage::Completed if answer.undo => self.reject("NEVER_REQUESTED", Some(which)),
            Stage::Completed => self.reject("DUPLICATE_REPLY", Some(which)),
            stage => {
                if let Some(code) = self.ask(which).refuses_done(answer.undo, answer.round) {
                    return self.reject(code, Some(which));
                }
                if let Stage::Compensated(reason) = stage {
                    if answer.undo {
                        return self.reject("SAGA_CLOSED", Some(which));
                    }
                    self.stage = Stage::Back(reason);
                    self.say("SagaReopened LATE_SUCCESS".into());
                }
                let round = self.ask(which).round;
                self.say(format!("{}Succeeded {} {round}", kind_of(which), name(which)));
                self.ask(which).settle(true);
                let undo = &mut self.steps[answer.step].1;
                if !answer.undo && undo.got == Got::Done {
                    undo.got = Got::Nowhere;
                    undo.forgiven = undo.attempt;
                }
                let goes_on = |(what, why): &(Option<Which>, String)| {
                    *what == Some(which) || what.is_none() && why == "DEADLINE_PASSED"
                };
                if self.waits.as_ref().is_some_and(goes_on) {
                    self.resume();
                }
                self.go_on();
            }
        }
    }

    fn refusal(&mut self, answer: &Answer) {
        let which = (answer.step, answer.undo);
        let ask = *self.ask(which);
        let refused = ask.refuses_refusal(answer.round);
        match &self.stage {
            Stage::Unheard => return self.reject("UNKNOWN_SAGA", Some(which)),
            Stage::Unwanted => return self.reject("NEVER_REQUESTED", Some(which)),
            Stage::Completed => return self.reject("SAGA_CLOSED", Some(which)),
            Stage::Compensated(_) => return self.reject(refused.unwrap_or("SAGA_CLOSED"), Some(which)),
            Stage::Forward | Stage::Back(_) => {}
        }
        if let Some(code) = refused {
            return self.reject(code, Some(which));
        }
        let goes_forward = self.stage == Stage::Forward;
        let is_sure = answer.round.is_some() || !ask.open;
        let left = self.pause(which).is_some();
        if !is_sure {
            let waits = matches!(ask.got, Got::Waiting(_));
            let again = matches!(ask.got, Got::Pausing(_)) || waits && left && (answer.undo || goes_forward);
            self.failed(which, false, again);
            if waits {
                self.no_answer(which);
            }
            return;
        }
        let is_worth_it = answer.undo || self.is_worth_another(answer);
        if !answer.undo && !goes_forward {
            self.failed(which, true, false);
            self.go_on();
        } else if !is_worth_it {
            self.failed(which, true, false);
            self.turn_back("STEP_FAILED");
        } else {
            let again = left && ask.got != Got::Unknown;
            let pause = self.pause(which);
            self.failed(which, true, again);
            match pause.filter(|_| again) {
                Some(pause) => self.schedule(which, ask.round + 1, pause),
                None => self.suspend(which, "ATTEMPTS_EXHAUSTED"),
            }
        }
    }

    /// After the pivot everything is worth another try; before it, only what the step says.
    fn is_worth_another(&self, answer: &Answer) -> bool {
        let must_go_on = answer.step > PIVOT || answer.step < PIVOT && self.may_be_past_pivot();
        must_go_on || STEPS[answer.step].again_when == Some(answer.code.as_str())
    }

    fn time(&mut self, kind: &str, due: i64) {
        if kind == "deadline" {
            return self.deadline_passes(due);
        }
        for which in all() {
            let ask = *self.ask(which);
            if kind == "timeout" && ask.got == Got::Waiting(due) {
                self.say(format!(
                    "{}TimedOut {} {}/{}",
                    kind_of(which),
                    name(which),
                    ask.round,
                    ask.attempt
                ));
                self.ask(which).unanswered();
                self.no_answer(which);
            } else if kind == "retry" && ask.got == Got::Pausing(due) {
                self.request(which, ask.round);
            }
        }
    }

    fn deadline_passes(&mut self, due: i64) {
        if self.deadline != Some(due) || self.stage != Stage::Forward {
            return;
        }
        self.deadline = None;
        self.say("DeadlinePassed".into());
        if !self.may_be_past_pivot() {
            self.turn_back("DEADLINE_PASSED");
        } else if self.waits.is_none() {
            self.suspend_for(None, "DEADLINE_PASSED");
        }
    }

    /// An attempt had no answer: another follows, or nobody knows.
    fn no_answer(&mut self, which: Which) {
        if !which.1 && self.stage != Stage::Forward {
            return self.go_on();
        }
        match self.pause(which) {
            Some(pause) => {
                let round = self.ask(which).round;
                self.schedule(which, round, pause);
            }
            None => self.suspend(which, "OUTCOME_UNKNOWN"),
        }
    }

    fn reject(&mut self, code: &str, what: Option<Which>) {
        let of = what.map(|which| format!("{} ", step_words(which))).unwrap_or_default();
        self.say(format!("InputRejected {of}{code}"));
    }

    pub(super) fn pause(&mut self, which: Which) -> Option<i64> {
        let ask = self.ask(which);
        work(which).pause_after(ask.attempt - ask.forgiven)
    }

    pub(super) fn ask(&mut self, (step, undo): Which) -> &mut Ask {
        let (ask, back) = &mut self.steps[step];
        if undo { back } else { ask }
    }

    pub(super) fn say(&mut self, line: String) {
        self.lines.push(line);
    }
}

/// All that can be asked of services, in order.
fn all() -> impl Iterator<Item = Which> {
    (0..STEPS.len()).flat_map(|step| [(step, false), (step, true)])
}

pub(super) fn work((step, undo): Which) -> Work {
    let Step { work, undo: back, .. } = STEPS[step];
    back.filter(|_| undo).unwrap_or(work)
}

pub(super) fn name((step, _): Which) -> &'static str {
    STEPS[step].name
}

/// How the journal's words for it begin.
pub(super) fn kind_of((_, undo): Which) -> &'static str {
    if undo { "Compensation" } else { "Step" }
}

pub(super) fn step_words(which: Which) -> String {
    let back = if which.1 { " undo" } else { "" };
    format!("{}{back}", name(which))
}
