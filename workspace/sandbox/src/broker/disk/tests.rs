//! What a folder gives back after its process was killed at any moment.

use std::{fs, fs::OpenOptions, io::Write, os::unix::fs::FileExt, path::PathBuf};

use bytes::Bytes;
use palinode_broker::{
    Batch, Broker, Call, CallId, Change, ConnectionId, Found, LogId, Position, RequestKind, Settings, Storage,
    StorageError, StrBytes, Timestamp,
    messages::{CreateTopicsRequest, InitProducerIdRequest, TopicName, create_topics_request::CreatableTopic},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::{Disk, Sync};

/// A batch of version 2 as a log keeps it: one record's worth of any bytes, and a checksum that fits.
fn batch(offset: i64, content: &[u8]) -> Batch {
    let mut bytes = vec![0; 61];
    bytes[..8].copy_from_slice(&offset.to_be_bytes());
    bytes[8..12].copy_from_slice(&(49 + content.len() as i32).to_be_bytes());
    bytes[16] = 2;
    bytes[43..51].copy_from_slice(&(-1_i64).to_be_bytes());
    bytes[57..61].copy_from_slice(&1_i32.to_be_bytes());
    bytes.extend_from_slice(content);
    let checksum = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
    Batch::new(&Bytes::from(bytes)).unwrap()
}

fn content(number: i64) -> Vec<u8> {
    vec![number as u8; 5 + number as usize * 7]
}

/// A folder in which a topic was created by a broker, and the topic's log.
struct Ground {
    folder: TempDir,
    log: LogId,
}

#[derive(Default)]
struct Kept {
    changes: Vec<Change>,
    batches: Vec<(Position, Batch)>,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path(), Sync::Never).unwrap();
        let mut broker = Broker::recover(Settings::default(), Box::new(disk)).unwrap();
        ask(
            &mut broker,
            CreateTopicsRequest::default()
                .with_topics(vec![
                    CreatableTopic::default()
                        .with_name(TopicName(StrBytes::from_static_str("orders")))
                        .with_num_partitions(1)
                        .with_replication_factor(1),
                ])
                .into(),
        );
        drop(broker);
        let log = LogId {
            topic: Uuid::nil(),
            partition: 0,
        };
        let mut ground = Self { folder, log };
        let text = format!("{:?}", ground.read().unwrap().1.changes);
        let id = text
            .split("id: ")
            .nth(1)
            .and_then(|text| text.get(..36))
            .unwrap()
            .to_owned();
        ground.log.topic = Uuid::parse_str(&id).unwrap();
        ground
    }

    /// Opens the folder again.
    fn read(&self) -> Result<(Disk, Kept), StorageError> {
        let mut disk = Disk::open(self.folder.path(), Sync::Never)?;
        let mut kept = Kept::default();
        disk.recover(&mut |found| match found {
            Found::Change(change) => kept.changes.push(change),
            Found::Batch { at, batch, .. } => kept.batches.push((at, batch)),
        })?;
        Ok((disk, kept))
    }

    fn append(&self, batches: impl IntoIterator<Item = i64>) -> Vec<(Position, Batch)> {
        let (mut disk, _) = self.read().unwrap();
        let appended = batches.into_iter().map(|number| {
            let batch = batch(number, &content(number));
            (disk.append(self.log, batch.clone()).unwrap(), batch)
        });
        appended.collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = super::names::folder_of(&self.folder.path().join("logs"), self.log);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }
}

fn ask(broker: &mut Broker, body: RequestKind) {
    let version = match body {
        RequestKind::CreateTopics(_) => 7,
        _ => 4,
    };
    let call = Call {
        id: CallId {
            connection: ConnectionId(1),
            correlation_id: 1,
        },
        version,
        client_id: StrBytes::default(),
        client_host: StrBytes::default(),
        now: Timestamp(1),
    };
    broker.handle(&call, body);
    assert!(broker.next_output().is_some());
}

#[test]
fn batches_are_found_where_they_were_put_whatever_end_was_cut_off() {
    // Given a log of four batches, and a copy of its file
    let ground = Ground::new();
    let appended = ground.append(0..4);
    let file = ground.files().remove(0);
    let whole = fs::read(&file).unwrap();
    let ends: Vec<usize> = appended
        .iter()
        .scan(0, |end, (_, batch)| {
            *end += batch.len();
            Some(*end)
        })
        .collect();
    for cut in 0..=whole.len() {
        // When the file ends anywhere
        fs::write(&file, &whole[..cut]).unwrap();
        let (mut disk, kept) = ground.read().unwrap();
        // Then all batches are found that are whole
        let expected = ends.iter().filter(|end| **end <= cut).count();
        assert_eq!(kept.batches, appended[..expected], "cut at {cut}");
        // And what is appended then follows them
        let next = disk.append(ground.log, batch(9, b"next")).unwrap();
        drop(disk);
        let (mut disk, kept) = ground.read().unwrap();
        assert_eq!(kept.batches[expected..], [(next, batch(9, b"next"))], "cut at {cut}");
        let read = disk.read(ground.log, next, batch(9, b"next").len()).unwrap();
        assert_eq!(Batch::new(&read), Some(batch(9, b"next")));
    }
}

#[test]
fn changes_are_found_whatever_end_was_cut_off_and_in_few_words_after_that() {
    // Given changes that were noted
    let ground = Ground::new();
    let (disk, before) = ground.read().unwrap();
    let file = ground.folder.path().join("changes");
    let summed_up = fs::read(&file).unwrap().len();
    let mut broker = {
        drop(disk);
        let disk = Disk::open(ground.folder.path(), Sync::Never).unwrap();
        Broker::recover(Settings::default(), Box::new(disk)).unwrap()
    };
    for _ in 0..3 {
        ask(
            &mut broker,
            InitProducerIdRequest::default().with_transactional_id(None).into(),
        );
    }
    drop(broker);
    let whole = fs::read(&file).unwrap();
    assert!(whole.len() > summed_up);
    let (_, after) = ground.read().unwrap();
    assert_ne!(after.changes, before.changes);
    let mut found = Vec::new();
    for cut in summed_up..=whole.len() {
        // When the file ends anywhere behind the first of them
        fs::write(&file, &whole[..cut]).unwrap();
        let (_, kept) = ground.read().unwrap();
        // Then nothing of the first is missing, and the file holds the summary alone
        assert!(before.changes.iter().all(|change| kept.changes.contains(change)));
        let length = fs::read(&file).unwrap().len();
        assert_eq!(ground.read().unwrap().1.changes, kept.changes);
        assert_eq!(fs::read(&file).unwrap().len(), length);
        found.push(kept.changes);
    }
    assert_eq!(found.last(), Some(&after.changes));
    found.dedup();
    assert_eq!(found.len(), 4);
}

#[test]
fn a_log_of_changes_that_has_become_long_is_summed_up_while_the_broker_works() {
    // Given a log of changes that is nearly long
    let ground = Ground::new();
    let (mut disk, kept) = ground.read().unwrap();
    disk.changes.bytes_max = 2_000;
    let file = ground.folder.path().join("changes");
    let summed_up = fs::metadata(&file).unwrap().len();
    // When changes are noted that change nothing, until it is too long
    let change = kept.changes.last().unwrap();
    let lengths: Vec<u64> = (0..300)
        .map(|_| {
            disk.note(change).unwrap();
            fs::metadata(&file).unwrap().len()
        })
        .collect();
    // Then it has become short once, and nothing is lost
    assert!(lengths.iter().max() > Some(&2_000));
    assert_eq!(lengths.windows(2).filter(|pair| pair[1] < pair[0]).count(), 1);
    assert!(*lengths.iter().min().unwrap() < summed_up + 100);
    drop(disk);
    assert_eq!(ground.read().unwrap().1.changes, kept.changes);
}

#[test]
fn damage_before_the_end_is_an_error_that_names_the_file_and_what_to_do() {
    let ground = Ground::new();
    ground.append(0..4);
    for file in [ground.files().remove(0), ground.folder.path().join("changes")] {
        // When a byte is another one before the last entry
        let whole = fs::read(&file).unwrap();
        let mut damaged = whole.clone();
        damaged[20] ^= 1;
        fs::write(&file, &damaged).unwrap();
        // Then the folder is not opened, and nothing is cut off
        let error = ground.read().err().unwrap().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
        assert!(error.contains("put the folder back from a copy"), "{error}");
        assert_eq!(fs::read(&file).unwrap(), damaged);
        fs::write(&file, &whole).unwrap();
    }
    assert_eq!(ground.read().unwrap().1.batches.len(), 4);
}

#[test]
fn a_full_segment_is_followed_by_another_and_must_be_whole() {
    // Given a log in two segments: the first is made as large as one may be
    let ground = Ground::new();
    let first = ground.append([0]).remove(0);
    let file = ground.files().remove(0);
    let filler = batch(1, &vec![1; super::log::SEGMENT_BYTES as usize - first.1.len() - 61]);
    let mut disk = ground.read().unwrap().0;
    disk.append(ground.log, filler.clone()).unwrap();
    let second = disk.append(ground.log, batch(2, b"second")).unwrap();
    assert_eq!(ground.files().len(), 2);
    // Then there is a gap between them, and both are read
    assert!(second.0 > first.0.plus(first.1.len() + filler.len()).0);
    assert!(disk.read(ground.log, first.0, first.1.len() + filler.len()).is_ok());
    drop(disk);
    assert_eq!(ground.read().unwrap().1.batches.len(), 3);
    // And when the first is cut, that is no end that was being written
    let length = fs::metadata(&file).unwrap().len();
    OpenOptions::new()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(length - 1)
        .unwrap();
    assert!(ground.read().err().unwrap().to_string().contains("damaged"));
    // And when it is let go of, its file goes
    let mut whole = OpenOptions::new().write(true).open(&file).unwrap();
    whole
        .write_all_at(filler.records().last_chunk::<1>().unwrap(), length - 1)
        .unwrap();
    whole.flush().unwrap();
    let mut disk = ground.read().unwrap().0;
    disk.drop_before(ground.log, second).unwrap();
    assert_eq!(ground.files().len(), 1);
    drop(disk);
    assert_eq!(ground.read().unwrap().1.batches, [(second, batch(2, b"second"))]);
}

#[test]
fn a_compaction_is_found_as_a_whole_or_not_at_all() {
    // Given a log, of which a compaction left one batch and what it did not look at
    let ground = Ground::new();
    let appended = ground.append(0..4);
    let (old, before) = (ground.files(), appended[2].0);
    let copies: Vec<_> = old.iter().map(|file| (file, fs::read(file).unwrap())).collect();
    let mut disk = ground.read().unwrap().0;
    let places = disk
        .replace_before(ground.log, before, vec![appended[1].1.clone()])
        .unwrap();
    let expected = [
        (places[0], appended[1].1.clone()),
        appended[2].clone(),
        appended[3].clone(),
    ];
    for (at, batch) in &expected {
        assert_eq!(
            Batch::new(&disk.read(ground.log, *at, batch.len()).unwrap()).as_ref(),
            Some(batch)
        );
    }
    drop(disk);
    assert_eq!(ground.read().unwrap().1.batches, expected);
    // When the process is killed before it removed the old files, or after half of the new one was written
    for (file, bytes) in copies {
        fs::write(file, bytes).unwrap();
    }
    fs::write(old[0].with_extension("new"), b"half").unwrap();
    // Then the new batches are found, again and again
    assert_eq!(ground.read().unwrap().1.batches, expected);
    // And the next compaction takes the place of this one, even when it leaves the same
    let mut disk = ground.read().unwrap().0;
    assert_eq!(
        disk.replace_before(ground.log, before, vec![appended[1].1.clone()])
            .unwrap(),
        places
    );
    drop(disk);
    assert_eq!(ground.read().unwrap().1.batches, expected);
    let mut disk = ground.read().unwrap().0;
    disk.replace_before(ground.log, appended[3].0, Vec::new()).unwrap();
    drop(disk);
    assert_eq!(ground.read().unwrap().1.batches, expected[2..]);
    assert_eq!(ground.files().len(), 2);
}

#[test]
fn a_folder_is_one_broker_s_at_a_time_and_keeps_its_identity() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path(), Sync::Always).unwrap();
    let (cluster_id, seed) = (disk.cluster_id().to_owned(), disk.seed());
    let error = Disk::open(folder.path(), Sync::Never).unwrap_err().to_string();
    assert!(error.contains("another broker works in"), "{error}");
    drop(disk);
    let disk = Disk::open(folder.path(), Sync::Never).unwrap();
    assert_eq!((disk.cluster_id(), disk.seed()), (cluster_id.as_str(), seed));
}

#[test]
fn what_belongs_to_no_topic_goes_and_a_removed_log_is_not_found() {
    let ground = Ground::new();
    ground.append(0..2);
    let orphan = LogId {
        topic: Uuid::from_u128(9),
        partition: 0,
    };
    let mut disk = ground.read().unwrap().0;
    disk.append(orphan, batch(0, b"lost")).unwrap();
    drop(disk);
    let (mut disk, kept) = ground.read().unwrap();
    assert_eq!(kept.batches.len(), 2);
    assert!(!super::names::folder_of(&ground.folder.path().join("logs"), orphan).exists());
    disk.remove(ground.log).unwrap();
    drop(disk);
    assert!(ground.read().unwrap().1.batches.is_empty());
}

#[test]
fn every_policy_takes_and_gives_back() {
    for sync in [
        Sync::Never,
        Sync::Every(std::time::Duration::from_millis(1)),
        Sync::Always,
    ] {
        let ground = Ground::new();
        let mut disk = Disk::open(ground.folder.path(), sync).unwrap();
        disk.recover(&mut |_| {}).unwrap();
        for number in 0..5 {
            disk.append(ground.log, batch(number, &content(number))).unwrap();
        }
        drop(disk);
        assert_eq!(ground.read().unwrap().1.batches.len(), 5, "{sync:?}");
    }
}
