//! What happens by itself.

use palinode_core::{Action, Payload, RecordName, ReplyResult, Trigger};

use super::{
    participant::{given, unknown},
    suite::Ground,
};
use crate::{
    document::{Mapping, Node, Report},
    model::{Given, Happening, What},
    plan_view,
    values::{Around, check_fields, invent},
};

const KEYS: &[&str] = &[
    "at", "before", "start", "cancel", "resume", "event", "decide", "reply", "repeat", "fields", "round", "headers",
    "option", "by", "note",
];
const KINDS: &[&str] = &["start", "cancel", "resume", "event", "decide", "reply", "repeat"];

/// Who decides, when a scenario does not say.
const SOMEBODY: &str = "somebody";

/// Reads the list of happenings; `start` is the scenario's start event, whose fields others repeat.
pub(super) fn happenings(
    node: &Node,
    start: Option<&Payload>,
    ground: Ground<'_>,
    report: &mut Report<'_>,
) -> Vec<Happening> {
    let mut reader = Reader { start, ground };
    node.list(report)
        .iter()
        .filter_map(|node| reader.happening(node, report))
        .collect()
}

struct Reader<'a> {
    start: Option<&'a Payload>,
    ground: Ground<'a>,
}

impl Reader<'_> {
    fn happening(&mut self, node: &Node, report: &mut Report<'_>) -> Option<Happening> {
        let map = Mapping::of(node, "a happening", KEYS, report)?;
        let (when, span) = map.one_of(&["at", "before"], report)?;
        let millis = i64::try_from(span.span(report)?.as_millis()).unwrap_or(i64::MAX);
        let at = if when == "before" { -millis } else { millis };
        let (kind, node) = map.one_of(KINDS, report)?;
        let what = match kind {
            "start" => What::Start(self.start_again(node, report)?),
            "cancel" => What::Cancel(self.cancel(node, report)?),
            "resume" => self.resume(node, map.get("fields"), report)?,
            "event" => self.awaited(node, map.get("fields"), report)?,
            "decide" => self.decide(node, map, report)?,
            "reply" => self.reply(node, map, report)?,
            _ => {
                let (step, purpose) = self.step(node, report)?;
                What::Repeat(step, purpose)
            }
        };
        Some(Happening { at, what })
    }

    fn step(&self, node: &Node, report: &mut Report<'_>) -> Option<(palinode_core::StepIndex, palinode_core::Purpose)> {
        let name = node.text(report)?;
        let asked = plan_view::asked(self.ground.plan, name);
        if asked.is_none() {
            report.error(node.place, unknown(self.ground.plan, name));
        }
        asked
    }

    fn start_again(&self, node: &Node, report: &mut Report<'_>) -> Option<Payload> {
        self.event(&self.ground.plan.started_by.record, node, report)
    }

    fn cancel(&self, node: &Node, report: &mut Report<'_>) -> Option<Payload> {
        let Some(Trigger { record, .. }) = &self.ground.plan.cancelled_by else {
            report.error(node.place, "the definition has no 'cancelledBy'");
            return None;
        };
        self.event(record, node, report)
    }

    /// A step whose `resumedBy` is meant; nothing: whatever the saga waits for.
    fn resume(&self, node: &Node, fields: Option<&Node>, report: &mut Report<'_>) -> Option<What> {
        if node.is_nothing() {
            return Some(What::Resume(None, None));
        }
        let name = node.text(report)?;
        let Some(step) = self.ground.plan.step_named(name) else {
            report.error(node.place, unknown(self.ground.plan, name));
            return None;
        };
        let Some(Trigger { record, .. }) = &self.ground.plan.step(step).resumed_by else {
            let message =
                format!("the step '{name}' has no 'resumedBy'; write 'resume:' alone for a person who resumes");
            report.error(node.place, message);
            return None;
        };
        let payload = match fields {
            Some(fields) => self.event(record, fields, report)?,
            None => self.made_up(record, &[], node, report)?,
        };
        Some(What::Resume(Some(step), Some(payload)))
    }

    /// The event that a step waits for.
    fn awaited(&self, node: &Node, fields: Option<&Node>, report: &mut Report<'_>) -> Option<What> {
        let (step, _) = self.step(node, report)?;
        let Some(Trigger { record, .. }) = self.ground.plan.step(step).event() else {
            report.error(node.place, "this step waits for no event");
            return None;
        };
        let payload = match fields {
            Some(fields) => self.event(record, fields, report)?,
            None => self.made_up(record, &[], node, report)?,
        };
        Some(What::Event(step, payload))
    }

    fn decide(&self, node: &Node, map: Mapping<'_>, report: &mut Report<'_>) -> Option<What> {
        let (step, _) = self.step(node, report)?;
        let Action::Decision(decision) = &self.ground.plan.step(step).action else {
            report.error(node.place, "nobody decides this step");
            return None;
        };
        let option = map.required("option", report)?;
        let name = option.text(report)?;
        if decision.option(name).is_none() {
            let known: Vec<&str> = decision.options.iter().map(|option| &*option.name).collect();
            report.error(option.place, format!("'{name}' is none of {}", known.join(", ")));
            return None;
        }
        let mut text = |key: &str| match map.get(key) {
            Some(node) => node.text(report).map(|text| Some(text.to_owned())),
            None => Some(None),
        };
        Some(What::Decide {
            step,
            option: name.to_owned(),
            by: text("by")?.unwrap_or_else(|| SOMEBODY.to_owned()),
            note: text("note")?,
        })
    }

    fn reply(&self, node: &Node, map: Mapping<'_>, report: &mut Report<'_>) -> Option<What> {
        let text = node.text(report)?;
        let parts = text.rsplit_once('.').and_then(|(name, result)| {
            let result = match result {
                "succeeded" => ReplyResult::Succeeded,
                "failed" => ReplyResult::Failed,
                _ => return None,
            };
            Some((plan_view::asked(self.ground.plan, name)?, result))
        });
        let Some(((step, purpose), result)) = parts else {
            let message = format!("'{text}' is no reply: a step and what is said of it, as payment.succeeded");
            report.error(node.place, message);
            return None;
        };
        if plan_view::reply_record(self.ground.plan, step, purpose, result).is_none() {
            report.error(node.place, format!("no record says '{text}'"));
            return None;
        }
        let given = match map.get("fields") {
            Some(fields) => given(fields, (step, purpose), result, self.ground, report),
            None => Given::default(),
        };
        let round = match map.get("round") {
            Some(node) => Some(node.count(report)?),
            None => None,
        };
        let headers = map.get("headers").map_or(Some(true), |node| node.boolean(report))?;
        Some(What::Reply {
            step,
            purpose,
            result,
            round,
            headers,
            given,
        })
    }

    /// An event with the given fields; the rest repeats the start event.
    fn event(&self, record: &RecordName, node: &Node, report: &mut Report<'_>) -> Option<Payload> {
        let fields = node.fields(report);
        let Some(view) = self.ground.records.view(record) else {
            report.error(node.place, format!("there is no schema of {record}"));
            return None;
        };
        let values = check_fields(&fields, view, report);
        self.made_up(record, &values, node, report)
    }

    fn made_up(
        &self,
        record: &RecordName,
        given: &[(palinode_core::FieldName, palinode_core::Value)],
        node: &Node,
        report: &mut Report<'_>,
    ) -> Option<Payload> {
        let start = self.start.map(|payload| self.ground.records.read(payload));
        let sources: Vec<_> = start.iter().collect();
        let around = Around {
            sources: &sources,
            now: palinode_core::Timestamp::default(),
        };
        let Some(view) = self.ground.records.view(record) else {
            report.error(node.place, format!("there is no schema of {record}"));
            return None;
        };
        let written = self.ground.records.write(record, &invent(view, given, around));
        written
            .map_err(|reason| report.error(node.place, format!("{record} cannot be written: {reason}")))
            .ok()
    }
}
