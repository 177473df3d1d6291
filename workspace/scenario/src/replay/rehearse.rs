//! Plays every saga of a recording with another plan.

use std::collections::BTreeMap;

use palinode_core::{Plan, Reason, ReasonCode, SagaId, SchemaId, Timestamp};
use palinode_wire::{Schemas, journal::SagaRecord};

use super::{
    Difference, Recording, RecordingError, Tally, Verdict,
    compare::{Fork, fork, recorded_end},
    memory::Memory,
};
use crate::{
    model::End,
    run,
    stage::{Cast, Ended, Moment, Span, Stage},
};

/// Ids of schemas that come from files begin here: above those that a registry gives, below our own.
const FILE_IDS: u32 = 0x8000_0000;

/// The other definition.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<'a> {
    /// Its plan.
    pub plan: &'a Plan,
    /// The texts of schemas by record name; messages are written by them. A message without a schema is not checked.
    pub schemas: &'a BTreeMap<String, String>,
}

/// Would the recorded sagas still finish?
///
/// # Errors
/// When a schema cannot be used.
pub fn rehearse(recording: &Recording, rehearsal: Rehearsal<'_>) -> Result<Tally, RecordingError> {
    let mut schemas: Schemas = recording.schemas.clone();
    for (id, text) in (FILE_IDS..).zip(rehearsal.schemas.values()) {
        schemas.add(SchemaId(id), text.as_str())?;
    }
    let cast = Cast::new(rehearsal.plan, &schemas);
    let mut tally = Tally::default();
    for (id, records) in recording.sagas() {
        if id.definition == rehearsal.plan.name {
            tally.add(one(&cast, id, &records));
        }
    }
    Ok(tally)
}

fn one(cast: &Cast<'_>, id: &SagaId, records: &[&SagaRecord]) -> Difference {
    let then = recorded_end(records);
    let (memory, others) = Memory::of(cast.plan, records);
    let mut stage = Stage::new(cast, id.clone(), memory);
    for (at, cue) in others {
        stage.plan(at, cue);
    }
    let ended = stage.play(Span {
        until: None,
        deadline_until: records.last().map_or(Timestamp(i64::MIN), |last| last.time),
    });
    let (now, reason) = run::end(stage.saga.as_ref(), &stage.moments);
    let fork = fork(records, &stage.moments);
    let (verdict, why) = judge(&Judged {
        then,
        now,
        ended: &ended,
        reason: reason.as_ref(),
        ran_out: stage.world.ran_out,
        story: &stage.moments,
        fork: fork.as_ref(),
    });
    Difference {
        saga: id.to_string(),
        verdict,
        then,
        now,
        event: fork.as_ref().map(|fork| fork.sequence),
        step: stage.world.stuck_on.or_else(|| fork.and_then(|fork| fork.step)),
        why,
    }
}

struct Judged<'a> {
    then: End,
    now: End,
    ended: &'a Ended,
    reason: Option<&'a Reason>,
    ran_out: bool,
    story: &'a [Moment],
    fork: Option<&'a Fork>,
}

fn judge(judged: &Judged<'_>) -> (Verdict, String) {
    let parted = || {
        let fork = judged.fork?;
        Some(format!("then: {}; now: {}", fork.then, fork.now))
    };
    if let Some(trouble) = judged.story.iter().find_map(|moment| moment.trouble.clone()) {
        return (Verdict::MissingData, trouble);
    }
    match judged.ended {
        Ended::Unknown(why) if judged.ran_out && !ends(judged.then) => return (Verdict::StillOpen, why.clone()),
        Ended::Unknown(why) => return (Verdict::MissingData, why.clone()),
        Ended::Endless => return (Verdict::Unfinished, "it goes on and on".into()),
        Ended::AtRest => {}
    }
    if let Some(reason) = judged
        .reason
        .filter(|reason| reason.code == ReasonCode::ExpressionFailed)
    {
        return (Verdict::MissingData, reason.to_string());
    }
    let why = parted().unwrap_or_default();
    match (judged.then, judged.now) {
        (then, now) if then == now => (Verdict::Same, why),
        (then, now) if ends(then) && !ends(now) => {
            let reason = judged.reason.map(|reason| format!("{reason}; ")).unwrap_or_default();
            (Verdict::Unfinished, format!("{reason}{why}"))
        }
        _ => (Verdict::OtherEnd, why),
    }
}

fn ends(end: End) -> bool {
    matches!(end, End::Completed | End::Compensated)
}
