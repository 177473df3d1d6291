//! The state of the world.

use palinode_core::{Direction, Plan, Purpose, Request, Saga, SagaState, StepIndex};
use serde::{Deserialize, Serialize};

use super::{
    Participant,
    participant::{Effect, Way},
};

/// Whether replies carry Palinode's headers. All participants of a saga do it alike: a step looks at the states of the
/// others, and every state of a step is met either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Style {
    /// With headers: a reply says which request it answers, and may come more than once.
    Headers,
    /// Without: a reply answers the open request, and comes once.
    Plain,
}

/// One saga and its participants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct World {
    /// The saga, as the core keeps it.
    pub(crate) saga: Option<Saga>,
    /// The participant of each step.
    pub(crate) participants: Vec<Participant>,
    /// The participant of each item, in the order of the saga's items.
    pub(crate) items: Vec<(StepIndex, Participant)>,
    /// How the participants reply.
    pub(crate) style: Style,
}

impl World {
    /// Before anything happened.
    pub(crate) fn new(plan: &Plan, style: Style) -> Self {
        Self {
            saga: None,
            participants: vec![Participant::default(); plan.steps.len()],
            items: Vec::new(),
            style,
        }
    }

    pub(crate) fn open(&self) -> Option<&SagaState> {
        self.saga.as_ref().and_then(Saga::open)
    }

    /// The request of an open saga, or how it ended in one that is remembered.
    pub(crate) fn request(&self, step: StepIndex, purpose: Purpose) -> Option<&Request> {
        let state = match self.saga.as_ref()? {
            Saga::Open(state) => state,
            Saga::Closed(closed) => closed.memory.as_ref()?,
            Saga::CancelledEarly { .. } | Saga::Lock(_) => return None,
        };
        state.get(step).map(|step| step.request(purpose))
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.saga, Some(Saga::Closed(_)))
    }

    pub(crate) fn goes_back(&self) -> bool {
        self.open()
            .is_some_and(|state| matches!(state.direction, Direction::Backward(_)))
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.open().is_some_and(|state| state.suspended.is_some())
    }

    /// Whether the saga is suspended for the step or its compensation.
    pub(crate) fn waits_for(&self, step: StepIndex) -> bool {
        let suspension = self.open().and_then(|state| state.suspended.as_ref());
        suspension.is_some_and(|known| known.step.is_some_and(|(waiting, _)| waiting == step))
    }

    /// On the way back, the steps whose compensation has no attempt left. One of them is what the saga waits for.
    pub(crate) fn stuck_compensations(&self) -> impl Iterator<Item = StepIndex> + '_ {
        let state = self.open().filter(|_| self.goes_back());
        state.into_iter().flat_map(stuck_compensations)
    }

    /// The participant of a step or an item.
    pub(crate) fn participant(&self, step: StepIndex) -> Option<&Participant> {
        if step.item().is_none() {
            return self.participants.get(step.at());
        }
        self.items
            .iter()
            .find(|(item, _)| *item == step)
            .map(|(_, known)| known)
    }

    pub(crate) fn participant_mut(&mut self, step: StepIndex) -> Option<&mut Participant> {
        if step.item().is_none() {
            return self.participants.get_mut(step.at());
        }
        self.items
            .iter_mut()
            .find(|(item, _)| *item == step)
            .map(|(_, known)| known)
    }

    /// Every step, and behind them every item.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = StepIndex> + '_ {
        let steps = (0..u16::try_from(self.participants.len()).unwrap_or(u16::MAX)).map(StepIndex);
        steps.chain(self.items.iter().map(|(item, _)| *item))
    }

    /// The participants of the step, or of all of its items.
    pub(crate) fn parts(&self, step: StepIndex) -> impl Iterator<Item = &Participant> + '_ {
        let own = self.participants.get(step.at());
        let items = self.items.iter().filter(move |(item, _)| item.template() == step);
        own.into_iter().chain(items.map(|(_, known)| known))
    }

    /// Whether the step, or one of its items, may have something to take back.
    pub(crate) fn is_possible(&self, step: StepIndex) -> bool {
        self.parts(step).any(|part| part.effect.is_possible())
    }

    /// Whether what comes after the step may begin.
    pub(crate) fn is_settled(&self, step: StepIndex) -> bool {
        let Some(known) = self.participant(step) else {
            return false;
        };
        match known.way {
            Way::Around | Way::Without => true,
            Way::Through => known.effect == Effect::Certain,
            Way::Items => {
                let mut items = self.items.iter().filter(|(item, _)| item.template() == step);
                items.all(|(item, _)| self.is_settled(*item))
            }
        }
    }
}

/// The steps whose compensation has no attempt left, in the order in which the core looks for them.
pub(super) fn stuck_compensations(state: &SagaState) -> impl Iterator<Item = StepIndex> + '_ {
    state
        .indexes()
        .filter(|step| state.step(*step).request(Purpose::Compensation).is_stuck())
}
