//! A path as a story: what happened, and what followed.

use palinode_core::{Event, Timestamp};
use serde::Serialize;

use super::{
    span,
    words::{Words, capital},
};
use crate::world::{Made, Style, Taken, World};

/// One thing that happened in a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How long after the start, in stories with a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What happened, and what followed.
    pub text: String,
}

pub(super) fn story(words: Words<'_>, played: &[(Option<Timestamp>, Made, &Taken)]) -> Vec<Line> {
    let style = played.first().map_or(Style::Headers, |(_, _, first)| first.world.style);
    let mut before = World::new(words.plan, style);
    let mut lines = Vec::with_capacity(played.len());
    for (at, made, taken) in played {
        let mut text = words.made(&before, made.what);
        for asked in &taken.asked {
            text.push(' ');
            text.push_str(&words.picked(asked));
        }
        let followed = follows(words, &taken.events);
        if !followed.is_empty() {
            text.push(' ');
            text.push_str(&capital(&followed.join("; ")));
            text.push('.');
        }
        let at = at.map(|at| span(u64::try_from(at.0).unwrap_or(0)));
        lines.push(Line { at, text });
        before = taken.world.clone();
    }
    lines
}

fn follows(words: Words<'_>, events: &[Event]) -> Vec<String> {
    events.iter().filter_map(|event| words.event(event)).collect()
}
