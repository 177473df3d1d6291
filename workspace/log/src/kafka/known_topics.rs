//! The topics that a producer has written to.

use std::sync::Arc;

use crate::Produced;

/// The journal, and the topics that took records of the producer.
pub(super) struct KnownTopics {
    journal: Arc<str>,
    task: i32,
    /// Some ten: the topics that the definitions name.
    known: Vec<Arc<str>>,
}

impl KnownTopics {
    pub(super) fn new(journal: Arc<str>, task: i32) -> Self {
        Self {
            journal,
            task,
            known: Vec::new(),
        }
    }

    /// Whether the record belongs to the task's journal.
    pub(super) fn is_journal(&self, record: &Produced) -> bool {
        record.partition == Some(self.task) && is_same(&record.topic, &self.journal)
    }

    /// How many records are not the journal's, when one of those is for a topic that is not known and the journal has
    /// some.
    pub(super) fn journal_first(&self, records: &[Produced]) -> Option<usize> {
        let is_new = |record: &Produced| !self.knows(&record.topic) && !self.is_journal(record);
        if !records.iter().any(is_new) {
            return None;
        }
        let others = records.iter().filter(|record| !self.is_journal(record)).count();
        (others < records.len()).then_some(others)
    }

    /// A transaction with these records stands.
    pub(super) fn learn(&mut self, records: &[Produced]) {
        for record in records {
            if !self.knows(&record.topic) {
                self.known.push(Arc::clone(&record.topic));
            }
        }
    }

    fn knows(&self, topic: &Arc<str>) -> bool {
        self.known.iter().any(|known| is_same(known, topic))
    }
}

/// Names are shared mostly, so that they need not be read.
fn is_same(one: &Arc<str>, other: &Arc<str>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn record(topic: &str, partition: Option<i32>) -> Produced {
        Produced {
            topic: topic.into(),
            partition,
            key: None,
            value: Some(Bytes::new()),
            headers: Vec::new(),
        }
    }

    #[test]
    fn the_journal_goes_first_while_a_topic_is_not_known() {
        let mut topics = KnownTopics::new("journal".into(), 3);
        let (own, other) = (record("journal", Some(3)), record("out", None));
        assert_eq!(topics.journal_first(std::slice::from_ref(&own)), None);
        assert_eq!(
            topics.journal_first(std::slice::from_ref(&other)),
            None,
            "there is no journal record"
        );
        let batch = [own, other, record("journal", Some(1))];
        assert_eq!(topics.journal_first(&batch), Some(2));
        topics.learn(&batch);
        assert_eq!(topics.journal_first(&batch), None);
    }
}
