//! What the definitions ask of participants, and how they may answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::{DefinitionName, Plan, Purpose, Replies, StepName};
use serde::{Deserialize, Serialize};

/// A request of a definition: the same record may serve several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in super::super) struct Asked {
    pub(in super::super) definition: DefinitionName,
    pub(in super::super) step: StepName,
    pub(in super::super) purpose: Purpose,
}

/// Who answers a request.
#[derive(Clone, Debug)]
pub(in super::super) struct Stub {
    /// The record type of the command.
    pub(in super::super) command: String,
    /// The topic that it stands on.
    pub(in super::super) topic: String,
    /// The answers.
    pub(in super::super) replies: Replies,
}

/// A stub for every command of the plans.
pub(in super::super) fn stubs(plans: &[Arc<Plan>]) -> BTreeMap<Asked, Stub> {
    let mut stubs = BTreeMap::new();
    for plan in plans {
        // The orchestrator itself does what is a saga of its own.
        for step in plan.steps.iter().filter(|step| step.sub_saga().is_none()) {
            for purpose in [Purpose::Forward, Purpose::Compensation] {
                let asked = step.command_for(purpose).zip(step.replies_for(purpose));
                let Some((command, replies)) = asked else { continue };
                let message = plan.message(command);
                let asked = Asked {
                    definition: plan.name.clone(),
                    step: step.name.clone(),
                    purpose,
                };
                let stub = Stub {
                    command: message.record.to_string(),
                    topic: message.topic.to_string(),
                    replies: replies.clone(),
                };
                stubs.insert(asked, stub);
            }
        }
    }
    stubs
}

/// The record types of the commands, and of which of them a refusal is known.
pub(super) fn commands(stubs: &BTreeMap<Asked, Stub>) -> BTreeMap<&str, bool> {
    let mut commands = BTreeMap::new();
    for stub in stubs.values() {
        let refusable = commands.entry(stub.command.as_str()).or_insert(true);
        *refusable &= stub.replies.failed.is_some();
    }
    commands
}

/// The topics of the commands.
pub(super) fn topics(stubs: &BTreeMap<Asked, Stub>) -> BTreeSet<&str> {
    stubs.values().map(|stub| stub.topic.as_str()).collect()
}
