//! The schemas of Palinode's own records, as they stand in the repository's `schemas/` folder.

/// One of Palinode's own schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSchema {
    /// The full name of the record; also the subject under which the schema is registered.
    pub name: &'static str,
    /// The schema's text.
    pub text: &'static str,
}

/// A schema whose text stands in the repository under its name.
macro_rules! own {
    ($name:literal, $path:literal) => {
        OwnSchema {
            name: $name,
            text: include_str!(concat!("../../../schemas/palinode/", $path)),
        }
    };
}

/// One thing that happened to a saga.
pub const SAGA_EVENT: OwnSchema = own!("palinode.journal.SagaEvent", "journal/SagaEvent.avsc");
/// A member took a task.
pub const TASK_CLAIMED: OwnSchema = own!("palinode.journal.TaskClaimed", "journal/TaskClaimed.avsc");
/// The first record of a partition of the journal.
pub const JOURNAL_OPENED: OwnSchema = own!("palinode.journal.JournalOpened", "journal/JournalOpened.avsc");
/// A partition of a topic became an input of a task.
pub const INPUT_ADDED: OwnSchema = own!("palinode.journal.InputAdded", "journal/InputAdded.avsc");
/// A version of a definition became the one that starts use.
pub const DEFINITION_ACTIVATED: OwnSchema = own!(
    "palinode.journal.DefinitionActivated",
    "journal/DefinitionActivated.avsc"
);
/// The inputs up to some positions are done.
pub const POSITIONS_ADVANCED: OwnSchema = own!("palinode.journal.PositionsAdvanced", "journal/PositionsAdvanced.avsc");
/// The one row that a finished saga leaves.
pub const OUTCOME: OwnSchema = own!("palinode.Outcome", "Outcome.avsc");

/// A person decided what a step of a saga asks.
pub const DECISION_MADE: OwnSchema = own!("palinode.control.DecisionMade", "control/DecisionMade.avsc");
/// A saga is to go on with another version of its definition.
pub const MIGRATION_REQUESTED: OwnSchema =
    own!("palinode.control.MigrationRequested", "control/MigrationRequested.avsc");
/// A version of a definition, as it was published.
pub const DEFINITION: OwnSchema = own!("palinode.Definition", "Definition.avsc");

/// A saga did what the saga asked of which it is a step.
pub const SUB_SAGA_SUCCEEDED: OwnSchema = own!("palinode.inbox.SubSagaSucceeded", "inbox/SubSagaSucceeded.avsc");
/// A saga did not do what the saga asked of which it is a step.
pub const SUB_SAGA_FAILED: OwnSchema = own!("palinode.inbox.SubSagaFailed", "inbox/SubSagaFailed.avsc");
/// A saga takes back the saga that is one of its steps.
pub const SUB_SAGA_TAKEN_BACK: OwnSchema = own!("palinode.inbox.SubSagaTakenBack", "inbox/SubSagaTakenBack.avsc");

/// A saga that goes on, as it was after one of its events.
pub const SAGA_SNAPSHOT: OwnSchema = own!("palinode.snapshots.SagaSnapshot", "snapshots/SagaSnapshot.avsc");
/// Sagas that had ended when a checkpoint came to them.
pub const SAGAS_CLOSED: OwnSchema = own!("palinode.snapshots.SagasClosed", "snapshots/SagasClosed.avsc");
/// All sagas that had changed up to a record of the journal have snapshots.
pub const CHECKPOINT_DONE: OwnSchema = own!("palinode.snapshots.CheckpointDone", "snapshots/CheckpointDone.avsc");

/// A member is there, and what it does.
pub const HEARTBEAT: OwnSchema = own!("palinode.members.Heartbeat", "members/Heartbeat.avsc");

/// All of them.
pub const ALL: [OwnSchema; 17] = [
    SAGA_EVENT,
    TASK_CLAIMED,
    JOURNAL_OPENED,
    INPUT_ADDED,
    DEFINITION_ACTIVATED,
    POSITIONS_ADVANCED,
    OUTCOME,
    DECISION_MADE,
    MIGRATION_REQUESTED,
    DEFINITION,
    SUB_SAGA_SUCCEEDED,
    SUB_SAGA_FAILED,
    SUB_SAGA_TAKEN_BACK,
    SAGA_SNAPSHOT,
    SAGAS_CLOSED,
    CHECKPOINT_DONE,
    HEARTBEAT,
];
