//! The story of a world, or of one saga in it.

use std::fmt::{self, Write};

use palinode_core::SagaId;

use super::{
    diagram::diagram,
    filter::Filter,
    words::{clock, event, words},
};
use crate::{
    checks::Scene,
    history::{Entry, Happened},
};

/// Lines of a story; a longer one is cut in the middle.
const LINES_MAX: usize = 600;

/// The story of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What happened, a line each.
    pub lines: Vec<String>,
    /// The same as a sequence diagram, in Mermaid.
    pub diagram: String,
}

/// Tells what happened to `saga` and around it; to all when there is none.
#[must_use]
pub fn tell(scene: &Scene<'_>, saga: Option<&SagaId>) -> Story {
    let filter = Filter::new(scene, saga);
    let history = scene.remains.history.entries();
    let entries: Vec<&Entry> = history.iter().filter(|entry| filter.belongs(scene, entry)).collect();
    let begin = history.first().map(|entry| entry.at).unwrap_or_default();
    let mut lines = Vec::new();
    for entry in &entries {
        let at = clock(begin, entry.at);
        lines.extend(words(&entry.what).map(|words| format!("{at}  {words}")));
        if let Happened::Decided { transaction, .. } = &entry.what {
            let events = written(scene, *transaction, saga);
            lines.extend(events.map(|event| format!("{:9}      {event}", "")));
        }
    }
    if lines.len() > LINES_MAX {
        let left_out = lines.len() - LINES_MAX;
        let middle = LINES_MAX / 2;
        lines.splice(
            middle..middle + left_out,
            [format!("… {left_out} lines are left out …")],
        );
    }
    Story {
        lines,
        diagram: diagram(&entries),
    }
}

/// The events that a transaction left in the journal.
fn written(scene: &Scene<'_>, number: u64, saga: Option<&SagaId>) -> impl Iterator<Item = String> {
    let by = move |at: Option<usize>| at.is_some_and(|at| scene.transactions[at].number == number);
    scene
        .journal
        .values()
        .flatten()
        .filter(move |entry| by(entry.transaction))
        .filter_map(|entry| entry.event())
        .filter(move |event| saga.is_none_or(|saga| event.id == *saga))
        .map(|record| format!("{}: {}", record.id, event(record)))
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        f.write_char('\n')?;
        write!(f, "```mermaid\n{}```", self.diagram)
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::SagaId;

    use super::*;
    use crate::checks::testing::Made;

    #[test]
    fn the_story_of_a_saga_leaves_others_out() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.start(0, 0, "o-2");
        let scene = Scene::new(&made.remains, &made.known);
        let id = SagaId::new("order-fulfilment", "o-1");
        let text = tell(&scene, Some(&id)).to_string();
        assert!(text.contains("order-fulfilment/o-1: StepRequested payment, round 1, attempt 1, until 5.000 s later"));
        assert!(!text.contains("o-2"), "{text}");
        assert!(tell(&scene, None).to_string().contains("o-2"));
    }
}
