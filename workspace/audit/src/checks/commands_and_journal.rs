//! No command without its journal event, nor the reverse.

use std::collections::HashMap;

use crate::{
    Copies,
    check::Check,
    facts::Facts,
    findings::Findings,
    seen::{Command, Content, InputPosition, Seen},
};

/// Each command stands once on its topic and once in the journal, under the id that its request gives it.
#[derive(Default)]
pub(crate) struct CommandsAndJournal {
    known: HashMap<Command, Pair>,
    /// The commands in the order in which they were met.
    met: Vec<Command>,
}

struct Pair {
    journaled: u32,
    sent: u32,
    /// Where it showed last.
    at: InputPosition,
}

impl Check for CommandsAndJournal {
    fn name(&self) -> &'static str {
        "commands_and_journal"
    }

    fn meaning(&self) -> &'static str {
        "a participant was asked for something that nobody will remember, or was not asked for what everybody waits for"
    }

    fn see(&mut self, seen: &Seen<'_>, _: &Facts, found: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                if let Some(command) = event.command() {
                    self.pair(command, seen.position()).journaled += 1;
                }
            }
            Content::Command(Some(command)) => {
                self.pair(*command, seen.position()).sent += 1;
                check_id(seen, found);
            }
            Content::Command(None) => found.add(Some(seen.place()), || {
                "a command has no idempotency key or attempt that can be read".into()
            }),
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        for command in &self.met {
            let Some(Pair { journaled, sent, at }) = self.known.get(command) else {
                continue;
            };
            let words = || facts.words(command);
            let mut fault = |what: String| {
                found.of_saga(facts, command.request.saga, Some(facts.place(*at)), || what);
            };
            match (journaled, sent) {
                (0, _) => fault(format!("the command of {} has no journal event", words())),
                (_, 0) => fault(format!(
                    "the journal asks for {}, and there is no such command",
                    words()
                )),
                (1, 1) => {}
                (1, _) if facts.options.copied_outputs == Copies::Allowed => {}
                (1, sent) => fault(format!("the command of {} stands {sent} times on its topic", words())),
                (journaled, _) => fault(format!("the journal asks {journaled} times for {}", words())),
            }
        }
    }
}

impl CommandsAndJournal {
    fn pair(&mut self, command: Command, at: InputPosition) -> &mut Pair {
        let met = &mut self.met;
        self.known.entry(command).or_insert_with(|| {
            met.push(command);
            Pair {
                journaled: 0,
                sent: 0,
                at,
            }
        })
    }
}

/// The id of a command is its idempotency key and its attempt.
fn check_id(seen: &Seen<'_>, found: &mut Findings) {
    let headers = &seen.headers;
    let (key, attempt) = (
        headers.idempotency_key.unwrap_or_default(),
        headers.attempt.unwrap_or_default(),
    );
    let id = headers.ce_id.unwrap_or_default();
    if id.strip_prefix(key).and_then(|rest| rest.strip_prefix('/')) != Some(attempt) {
        found.add(Some(seen.place()), || {
            format!("the command '{key}', attempt {attempt}, has the id '{id}'")
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{Copies, Options, testing::World};

    #[test]
    fn a_command_without_its_journal_event_is_found() {
        let mut world = World::clean();
        world.command("o-1", "payment", "forward", 1, 2);
        let what = "the command of step 'payment', round 1, attempt 2 has no journal event";
        world.finds("commands_and_journal", "o-1", what);
    }

    #[test]
    fn a_journal_event_without_its_command_is_found() {
        let mut world = World::clean();
        world.remove("command o-2 undo-stock 1/1");
        let what =
            "the journal asks for the compensation of step 'stock', round 1, attempt 1, and there is no such command";
        world.finds("commands_and_journal", "o-2", what);
    }

    #[test]
    fn a_command_that_stands_twice_is_found_unless_somebody_copied_it() {
        let mut world = World::clean();
        world.copy("command o-1 payment 1/1");
        let what = "the command of step 'payment', round 1, attempt 1 stands 2 times on its topic";
        world.finds("commands_and_journal", "o-1", what);
        world.passes_with(Options {
            copied_outputs: Copies::Allowed,
            ..World::options()
        });
    }

    #[test]
    fn a_command_that_is_journaled_twice_is_found() {
        let mut world = World::clean();
        world.copy("event o-1 requested payment 1/1");
        let what = "the journal asks 2 times for step 'payment', round 1, attempt 1";
        world.finds("commands_and_journal", "o-1", what);
    }

    #[test]
    fn a_command_under_another_id_is_found() {
        let mut world = World::clean();
        world.set_header("command o-1 payment 1/1", "ce_id", "x");
        let what = "the command 'order-fulfilment/o-1/payment/forward/1', attempt 1, has the id 'x'";
        world.finds("commands_and_journal", "", what);
    }

    #[test]
    fn a_command_without_headers_is_found() {
        let mut world = World::clean();
        world.set_header("command o-1 payment 1/1", "idempotency-key", "x");
        let what = "a command has no idempotency key or attempt that can be read";
        world.finds("commands_and_journal", "", what);
    }
}
