//! What the journal does not say yet when a take-over has replayed it: that it is open, where new inputs begin, and which
//! versions starts follow.

use palinode_core::Timestamp;
use palinode_log::{Slot, TopicPartition};
use palinode_store::{Activation, Change, InputKey, Store, Stores};

use super::{
    Action, activate,
    exits::store_exit,
    replay::Replay,
    take_over::{Owned, Progress, Stage, Step, TakeOver},
};

/// What the journal does not say yet.
pub(super) struct News {
    /// It is not even opened.
    journal_is_new: bool,
    activations: Vec<Activation>,
}

impl<St: Stores> TakeOver<St> {
    /// The replay has reached the claim.
    pub(super) fn replayed(&mut self, replay: Replay<St::Store>, now: Timestamp) -> Step<St::Store> {
        let (store, _) = replay.into_parts();
        let checkpoint = store.checkpoint();
        let news = News {
            // The transaction that opens the journal is the first one that tells positions.
            journal_is_new: checkpoint.positions.is_empty(),
            activations: activate::to_activate(&self.shared.definitions, &checkpoint.activations)?,
        };
        let unknown: Vec<TopicPartition> = self
            .inputs
            .iter()
            .filter(|(_, key)| !checkpoint.positions.contains_key(*key))
            .map(|(input, _)| input.clone())
            .collect();
        if unknown.is_empty() && !news.journal_is_new && news.activations.is_empty() {
            return Ok(self.done(store, Slot::B, vec![Action::CloseJournal]));
        }
        if unknown.is_empty() {
            return Ok(self.add(store, news, &[], now));
        }
        self.stage = Stage::Starting { store, news };
        Ok(Progress::Going(vec![Action::CloseJournal, Action::Starts(unknown)]))
    }

    /// Journals where new inputs begin and what starts follow, before any of them is read.
    pub(super) fn add(
        &mut self,
        store: St::Store,
        news: News,
        starts: &[(TopicPartition, i64)],
        now: Timestamp,
    ) -> Progress<St::Store> {
        let now = now.max(store.checkpoint().clock);
        let application = &self.shared.member.application;
        let mut records = Vec::with_capacity(starts.len() + news.activations.len() + 2);
        if news.journal_is_new {
            records.push(self.journal.opened(&application.name, application.partitions, now));
        }
        let positions: Vec<(InputKey, i64)> = starts
            .iter()
            .filter_map(|(input, offset)| Some((self.inputs.get(input)?.clone(), *offset)))
            .collect();
        for (input, offset) in &positions {
            records.push(self.journal.input_added(input, *offset, now));
        }
        records.extend(activate::records(&mut self.journal, &news.activations, now));
        let (last, event_id) = self
            .journal
            .positions(positions.iter().map(|(input, next)| (input, next)), now);
        records.push(last);
        let change = Change {
            positions,
            clock: now,
            activations: news.activations.clone(),
            ..Change::default()
        };
        self.stage = Stage::Adding {
            store,
            change,
            event_id,
            news,
        };
        Progress::Going(vec![Action::CloseJournal, Action::Transact { slot: Slot::B, records }])
    }

    /// What the journal did not say stands in it.
    pub(super) fn added(&mut self, mut store: St::Store, change: Change, news: &News) -> Step<St::Store> {
        if news.journal_is_new {
            store.set_journal_id(self.journal.incarnation()).map_err(store_exit)?;
        }
        store.write(change).map_err(store_exit)?;
        Ok(self.done(store, Slot::A, Vec::new()))
    }

    fn done(&mut self, store: St::Store, next_slot: Slot, mut actions: Vec<Action>) -> Progress<St::Store> {
        let positions = &store.checkpoint().positions;
        let from = |(input, key): (&TopicPartition, &InputKey)| Some((input.clone(), *positions.get(key)?));
        actions.push(Action::Assign(self.inputs.iter().filter_map(from).collect()));
        Progress::Done(
            Box::new(Owned {
                store,
                inputs: std::mem::take(&mut self.inputs),
                next_slot,
                claim: self.claim.offset,
            }),
            actions,
        )
    }
}
