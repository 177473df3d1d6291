//! Any course of appends, ends and cuts: committed readers get what was committed, whatever they begin with and however
//! little they read at a time, also after a restart.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::log::{
    Isolation, Marker, Wanted,
    samples::{Log, Sample, batches_of, consumed},
};

#[derive(Clone, Debug)]
enum Act {
    Plain,
    Write(i64),
    End(i64, bool),
    Cut(u8),
    Restart,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        2 => Just(Act::Plain),
        6 => (0_i64..3).prop_map(Act::Write),
        4 => (0_i64..3, any::<bool>()).prop_map(|(id, commits)| Act::End(id, commits)),
        1 => (0_u8..100).prop_map(Act::Cut),
        1 => Just(Act::Restart),
    ];
    proptest::collection::vec(act, 0..60)
}

/// Reads to the end of what a reader of committed records may see, a few batches at a time, as a consumer does.
fn read_all(log: &mut Log, from: i64, bytes_max: usize) -> Vec<i64> {
    let mut offset = from;
    let mut records = Vec::new();
    loop {
        let wanted = Wanted {
            offset,
            isolation: Isolation::Committed,
            bytes_max,
            one_at_least: true,
        };
        let read = log
            .call(|partition, store, _, _| partition.read(store, wanted))
            .expect("an offset of the log");
        let Some(last) = batches_of(&read.records).pop() else {
            return records;
        };
        let seen = consumed(&read).into_iter().map(|(offset, ..)| offset);
        records.extend(seen.filter(|seen| *seen >= offset));
        offset = last.last_offset() + 1;
    }
}

proptest! {
    #[test]
    fn committed_readers_get_what_was_committed(acts in acts(), bytes_max in 1_usize..1000) {
        let mut log = Log::new();
        let mut sequences: BTreeMap<i64, i32> = BTreeMap::new();
        let mut open: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let mut visible: Vec<i64> = Vec::new();
        for act in acts {
            match act {
                Act::Plain => visible.push(log.append(&Sample::count(1)).unwrap()),
                Act::Write(id) => {
                    let sequence = sequences.entry(id).or_default();
                    let sample = Sample::count(2).by(id, 0, *sequence).in_transaction();
                    let base = log.append(&sample).unwrap();
                    *sequence += 2;
                    open.entry(id).or_default().extend([base, base + 1]);
                }
                Act::End(id, commits) => {
                    if !open.contains_key(&id) {
                        continue;
                    }
                    log.end(id, 0, if commits { Marker::Commit } else { Marker::Abort });
                    let written = open.remove(&id).unwrap_or_default();
                    if commits {
                        visible.extend(written);
                    }
                }
                Act::Cut(share) => {
                    let (start, end) = (log.partition.log_start(), log.partition.last_stable_offset());
                    log.partition.start_at(start + (end - start) * i64::from(share) / 100);
                    log.call(|partition, store, _, _| partition.trim(store)).unwrap();
                }
                Act::Restart => {
                    log.partition = log.restored();
                }
            }
            let stable = open.values().flatten().min().copied().unwrap_or(log.partition.high_watermark());
            prop_assert_eq!(log.partition.last_stable_offset(), stable);
            let start = log.partition.log_start();
            visible.sort_unstable();
            let expected: Vec<i64> = visible.iter().copied().filter(|offset| (start..stable).contains(offset)).collect();
            prop_assert_eq!(read_all(&mut log, start, bytes_max), expected);
        }
    }
}
