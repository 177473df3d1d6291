//! Results as text.

use std::fmt::Write as _;

use palinode_core::Timestamp;

use crate::{
    document::told_span,
    limits::STORY_MOMENTS_MAX,
    run::{Played, Results},
    stage::{Moment, Sent, told},
    values,
};

/// One line for each scenario that is as expected, and a story for each that is not.
pub fn text(results: &Results) -> String {
    let mut text = String::new();
    for played in &results.played {
        text.push_str(&of(&results.file, played));
    }
    text
}

/// One scenario.
pub(super) fn of(file: &str, played: &Played) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = scenario(&mut text, file, played);
    text
}

fn scenario(text: &mut String, file: &str, played: &Played) -> std::fmt::Result {
    let lasted = told_span(played.lasted());
    if played.failures.is_empty() {
        return writeln!(text, "ok      {}: {} after {lasted}", played.name, played.end.as_str());
    }
    writeln!(text, "FAILED  {}", played.name)?;
    for failure in &played.failures {
        writeln!(text, "  {file}:{}: {}", failure.place, failure.message)?;
    }
    writeln!(text, "  what happened:")?;
    let skipped = played.story.len().saturating_sub(STORY_MOMENTS_MAX);
    if skipped > 0 {
        writeln!(text, "    … {skipped} moments before …")?;
    }
    for moment in played.story.iter().skip(skipped) {
        of_moment(text, moment, played.begins_at)?;
    }
    Ok(())
}

fn of_moment(text: &mut String, moment: &Moment, begins_at: Timestamp) -> std::fmt::Result {
    let at = if moment.at < begins_at {
        format!("-{}", told_span(begins_at.since(moment.at)))
    } else {
        told_span(moment.at.since(begins_at))
    };
    writeln!(text, "    {at:>8}  {}", moment.cause)?;
    for happened in &moment.events {
        let mark = if happened.needs_attention { " (attention)" } else { "" };
        writeln!(text, "              {}{mark}", told(&happened.record))?;
    }
    for sent in &moment.sent {
        writeln!(text, "              → {}", of_sent(sent))?;
    }
    if let Some(trouble) = &moment.trouble {
        writeln!(text, "              ! {trouble}")?;
    }
    Ok(())
}

fn of_sent(sent: &Sent) -> String {
    match sent {
        Sent::Command { record, content, .. } => format!("command {record} {}", values::told(content)),
        Sent::Emission {
            milestone,
            record,
            content,
        } => format!("event {record} at {milestone} {}", values::told(content)),
        Sent::Outcome { content } => format!("outcome {}", values::told(content)),
    }
}
