//! The state of a saga: the fold of its journal events.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    LockState, Moved, Outcome, ParentState, Payload, Purpose, Reason, SagaId, Sequence, StepIndex, StepState, Timestamp,
};

/// What is known about a saga. A saga of which nothing is known has none of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saga {
    /// A wish to cancel came before the start.
    CancelledEarly {
        /// When it came.
        at: Timestamp,
        /// The number of the saga's last event.
        sequence: Sequence,
    },
    /// The saga has started and not ended.
    Open(Box<SagaState>),
    /// The saga has ended.
    Closed(ClosedSaga),
    /// It is no saga but a lock, which is kept and journaled like one, under [`LockState::id`].
    Lock(Box<LockState>),
}

impl Saga {
    /// The number of the saga's last event.
    pub fn sequence(&self) -> Sequence {
        match self {
            Self::CancelledEarly { sequence, .. } => *sequence,
            Self::Open(state) => state.sequence,
            Self::Closed(closed) => closed.sequence,
            Self::Lock(lock) => lock.sequence,
        }
    }

    /// The state, when the saga is open.
    pub fn open(&self) -> Option<&SagaState> {
        match self {
            Self::Open(state) => Some(state),
            Self::CancelledEarly { .. } | Self::Closed(_) | Self::Lock(_) => None,
        }
    }

    /// The state, when it is a lock.
    pub fn lock(&self) -> Option<&LockState> {
        match self {
            Self::Lock(lock) => Some(lock),
            Self::CancelledEarly { .. } | Self::Open(_) | Self::Closed(_) => None,
        }
    }
}

/// The state of an open saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaState {
    /// The saga.
    pub id: SagaId,
    /// The version of the definition that it follows to its end.
    pub version: u32,
    /// The number of its last event.
    pub sequence: Sequence,
    /// When it started.
    pub started_at: Timestamp,
    /// When its last event happened.
    pub changed_at: Timestamp,
    /// When its deadline passes; none when it has none or it has passed.
    pub deadline_at: Option<Timestamp>,
    /// The correlation id that goes through every message of the saga.
    pub correlation: Arc<str>,
    /// The W3C `traceparent` of its start event.
    pub traceparent: Option<Arc<str>>,
    /// Its start event.
    pub start: Payload,
    /// The step of another saga that it is done for.
    pub parent: Option<Box<ParentState>>,
    /// Whether it goes forward or back.
    pub direction: Direction,
    /// Set while it waits for a person, a resuming event, or a late success.
    pub suspended: Option<Suspension>,
    /// Its steps, as in the plan, and behind them their items.
    pub steps: Vec<StepState>,
    /// Which of its steps have items, in the order in which their items stand.
    pub expansions: Vec<Expansion>,
    /// What it keeps of its migration, when it has followed another version before.
    pub moved: Option<Box<Moved>>,
}

impl SagaState {
    /// The state of the step or item at `index`, which the saga must have.
    pub fn step(&self, index: StepIndex) -> &StepState {
        match self.position(index) {
            Some(position) => &self.steps[position],
            None => panic!("the saga '{}' has no step or item {index:?}", self.id),
        }
    }

    /// The state of the step or item at `index`, when the saga has it.
    pub fn get(&self, index: StepIndex) -> Option<&StepState> {
        self.steps.get(self.position(index)?)
    }

    /// The state of the step or item at `index`, to change it.
    pub(crate) fn get_mut(&mut self, index: StepIndex) -> Option<&mut StepState> {
        let position = self.position(index)?;
        self.steps.get_mut(position)
    }

    /// The items of the step at `index`; none before they are known, and of a step that is done once.
    pub fn items(&self, index: StepIndex) -> impl DoubleEndedIterator<Item = StepIndex> + use<> {
        let count = self.expansion(index).map_or(0, |expansion| expansion.items);
        (0..count).filter_map(move |number| index.of_item(number))
    }

    /// The indexes of all steps, and then of all items.
    pub fn indexes(&self) -> impl Iterator<Item = StepIndex> + '_ {
        let steps = (0..u16::try_from(self.static_steps()).unwrap_or(u16::MAX)).map(StepIndex);
        steps.chain(self.expansions.iter().flat_map(|expansion| self.items(expansion.step)))
    }

    /// How many steps there are without items.
    pub(crate) fn static_steps(&self) -> usize {
        self.expansions
            .first()
            .map_or(self.steps.len(), |expansion| usize::from(expansion.first))
    }

    fn position(&self, index: StepIndex) -> Option<usize> {
        let Some(item) = index.item() else {
            return (index.at() < self.static_steps()).then(|| index.at());
        };
        let expansion = self.expansion(index.template())?;
        (item < expansion.items).then(|| usize::from(expansion.first) + usize::from(item))
    }

    fn expansion(&self, step: StepIndex) -> Option<&Expansion> {
        self.expansions.iter().find(|expansion| expansion.step == step)
    }
}

/// The items of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expansion {
    /// The step.
    pub step: StepIndex,
    /// Where its first item stands in [`SagaState::steps`].
    pub first: u16,
    /// How many there are.
    pub items: u16,
}

/// Where a saga is going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the end of its plan.
    Forward,
    /// Back: what may have been done is compensated, for this reason.
    Backward(Reason),
}

/// Why and since when a saga waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The step and purpose that has no attempt left; none when the saga waits for another reason.
    pub step: Option<(StepIndex, Purpose)>,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub at: Timestamp,
}

/// What is remembered of a saga that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedSaga {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: Timestamp,
    /// The version of its definition.
    pub version: u32,
    /// The number of its last event.
    pub sequence: Sequence,
    /// The last state of a compensated saga, which a late success may open again, of a completed one that went on
    /// without a step that may have been done, and of a sub-saga, which its parent may take back. Of any other completed saga only what a `cancelRefused` emission needs,
    /// without steps, and only when its definition has such an emission.
    pub memory: Option<Box<SagaState>>,
}
