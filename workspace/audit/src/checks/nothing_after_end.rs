//! Nothing happens to a saga after its end.

use crate::{
    check::Check,
    facts::Facts,
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, EventKind, Seen},
};

/// After a terminal event only refusals follow, until the saga is reopened.
#[derive(Default)]
pub(crate) struct NothingAfterEnd {
    ended: PerSaga<bool>,
}

impl Check for NothingAfterEnd {
    fn name(&self) -> &'static str {
        "nothing_after_end"
    }

    fn meaning(&self) -> &'static str {
        "an order that everybody takes for settled was changed behind their backs"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        let Content::Event(event) = &seen.content else { return };
        let ended = self.ended.of(event.saga);
        match event.kind {
            EventKind::Rejected => {}
            EventKind::Reopened => *ended = false,
            _ if *ended => found.of_saga(facts, event.saga, Some(seen.place()), || {
                format!("event {} follows the end of the saga", event.sequence)
            }),
            _ => *ended = event.kind.outcome().is_some(),
        }
    }

    fn finish(&mut self, _: &Facts, _: &mut Findings) {}
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn an_event_after_the_end_is_found() {
        let mut world = World::clean();
        world.on_timer("o-1", &["timed out capture 1/1"]);
        world.finds("nothing_after_end", "o-1", "event 13 follows the end of the saga");
    }

    #[test]
    fn a_second_end_is_found() {
        let mut world = World::clean();
        world.on_timer("o-1", &["completed"]);
        world.finds("nothing_after_end", "o-1", "event 13 follows the end of the saga");
    }
}
