//! What must hold for everything that a run has written, whatever happened in it.

use std::collections::{BTreeMap, BTreeSet};

use palinode_log::Consumed;
use palinode_wire::{
    Origin, headers,
    journal::{JournalRecord, SagaRecord, TaskRecord},
};

use super::{Command, World, header_of};

impl World {
    /// Fails when a rule is broken.
    pub(crate) fn check(&self) {
        self.event_ids_are_unique();
        self.sequences_have_no_gap();
        self.positions_never_go_back();
        self.every_input_has_one_effect();
        self.commands_are_those_of_the_journal();
        self.outcomes_are_those_of_the_journal();
    }

    fn event_ids_are_unique(&self) {
        let mut seen = BTreeSet::new();
        for entry in self.journal() {
            let id = entry.record.event_id();
            assert!(
                seen.insert((entry.partition, id.clone())),
                "the event {id} stands twice in the journal"
            );
        }
    }

    fn sequences_have_no_gap(&self) {
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        for event in self.saga_events().iter().filter(|event| event.sequence.0 > 0) {
            let known = last.entry(event.id.to_string()).or_default();
            assert_eq!(event.sequence.0, *known + 1, "the events of {} have a gap", event.id);
            *known = event.sequence.0;
        }
    }

    fn positions_never_go_back(&self) {
        let mut known: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for entry in self.journal() {
            let JournalRecord::Task(TaskRecord::PositionsAdvanced(advanced)) = entry.record else {
                continue;
            };
            for position in advanced.positions {
                let input = (position.topic.to_string(), position.partition);
                let before = known.insert(input.clone(), position.offset).unwrap_or_default();
                assert!(
                    before <= position.offset,
                    "the position of {input:?} went back from {before}"
                );
            }
        }
    }

    /// No input is effective in two transactions, and what lies before a position had an effect or is foreign.
    fn every_input_has_one_effect(&self) {
        let mut transaction = 0;
        let mut effective: BTreeMap<(String, String), u32> = BTreeMap::new();
        for entry in self.journal() {
            match entry.record {
                JournalRecord::Saga(SagaRecord { id, cause, .. }) if !cause.as_str().starts_with("timer/") => {
                    let (id, cause) = (id.to_string(), cause.to_string());
                    let first = *effective.entry((id.clone(), cause.clone())).or_insert(transaction);
                    assert_eq!(first, transaction, "the input {cause} had an effect on {id} twice");
                }
                JournalRecord::Saga(_) => {}
                JournalRecord::Task(_) => transaction += 1,
            }
        }
    }

    /// The inputs before the journal's positions that had no effect at all: foreign ones, when all is well.
    pub(crate) fn ignored(&self) -> Vec<String> {
        let mut effects: BTreeSet<String> = self
            .saga_events()
            .into_iter()
            .map(|event| event.cause.to_string())
            .collect();
        let letters = self.broker.read("palinode.dead-letters");
        effects.extend(
            letters
                .iter()
                .filter_map(|letter| header_of(letter, headers::DEAD_LETTER_ID)),
        );
        for record in self.broker.read("palinode.inbox") {
            let pairs = record.headers.iter().map(|header| (&*header.name, &*header.value));
            effects.extend(Origin::read(pairs).map(|origin| origin.input_id().to_string()));
        }
        let mut ignored = Vec::new();
        for ((topic, partition), position) in self.positions() {
            let below = |record: &&Consumed| record.source.partition == partition && record.offset < position;
            let records = self.broker.read(&topic);
            let ids = records
                .iter()
                .filter(below)
                .map(|it| format!("{topic}/{partition}/{}", it.offset));
            ignored.extend(ids.filter(|id| topic != "palinode.inbox" && !effects.contains(id)));
        }
        ignored
    }

    /// The journal's last position of every input.
    pub(crate) fn positions(&self) -> BTreeMap<(String, i32), i64> {
        let mut known = BTreeMap::new();
        for entry in self.journal() {
            if let JournalRecord::Task(TaskRecord::PositionsAdvanced(advanced)) = entry.record {
                let of = |it: &palinode_wire::journal::Position| ((it.topic.to_string(), it.partition), it.offset);
                known.extend(advanced.positions.iter().map(of));
            }
        }
        known
    }

    fn commands_are_those_of_the_journal(&self) {
        let requested = |event: &SagaRecord| {
            let purpose = event.purpose?.as_str();
            let step = event.step.as_ref()?;
            let wanted = ["StepRequested", "CompensationRequested"].contains(&&*event.event_type);
            wanted.then(|| {
                let saga = headers::saga_id_text(&event.id);
                format!(
                    "{saga}/{step}/{purpose}/{}/{}",
                    event.round.unwrap().0,
                    event.attempt.unwrap().0
                )
            })
        };
        let mut asked: Vec<String> = self.saga_events().iter().filter_map(requested).collect();
        let mut sent: Vec<String> = self
            .all_commands()
            .into_iter()
            .map(|command: Command| command.id)
            .chain(self.asked_of_sub_sagas())
            .collect();
        asked.sort();
        sent.sort();
        assert_eq!(asked, sent, "the commands are those that the journal requested");
    }

    /// The ids of the requests for sub-sagas, which stand in the inbox.
    fn asked_of_sub_sagas(&self) -> Vec<String> {
        let inbox = self.broker.read("palinode.inbox");
        let asks = inbox
            .iter()
            .filter(|record| header_of(record, headers::SUB_SAGA).is_some());
        asks.map(|ask| header_of(ask, headers::CE_ID).expect("a request has an id"))
            .collect()
    }

    fn outcomes_are_those_of_the_journal(&self) {
        let ends = |event: &SagaRecord| ["SagaCompleted", "SagaCompensated"].contains(&&*event.event_type);
        let mut ended: Vec<String> = self
            .saga_events()
            .iter()
            .filter(|event| ends(event))
            .map(SagaRecord::event_id)
            .collect();
        let outcomes = self.broker.read("palinode.outcomes");
        let mut rows: Vec<String> = outcomes
            .iter()
            .map(|row| header_of(row, headers::CE_ID).expect("an outcome has an id"))
            .collect();
        ended.sort();
        rows.sort();
        assert_eq!(ended, rows, "the outcomes are those of the journal's ends");
    }
}
