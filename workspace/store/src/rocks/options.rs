//! How RocksDB is set up: memory and threads are shared by all tasks of a node, files are bounded for each.

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, LogLevel, Options,
    WriteBufferManager,
};

use super::key_kind::KeyKind;

/// The column family of sagas, positions and the summary.
const STATE: &str = rocksdb::DEFAULT_COLUMN_FAMILY_NAME;

/// The column family of what comes and goes with every saga: timers, the index of the open ones, and what checkpoints need.
/// All of it ends as tombstones, which are worth compactions of their own.
const INDEXES: &str = "indexes";

/// Write buffers are flushed when they have taken this part of the memory: a third leaves most of it to what is read.
const WRITE_BUFFERS_PART: usize = 3;

/// Bytes in one write buffer. A saga that ends while its buffer is open is written to disk once; more than this would
/// only lengthen the log that an open reads.
const WRITE_BUFFER_BYTES: usize = 16 * 1024 * 1024;

/// Write buffers of one column family: one in use and three on their way to the disk, so that a slow disk is no stall.
const WRITE_BUFFERS_MAX: i32 = 4;

/// Bytes of log after which the oldest write buffer is flushed: an open reads them in a fraction of a second.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Open files of a task. Twelve tasks stay below 1,024, which a process has without asking.
const OPEN_FILES_MAX: i32 = 64;

/// Flushes and compactions at a time in the whole process: the tasks' threads need the cores more.
const BACKGROUND_JOBS_MAX: i32 = 2;

/// Bits a key of the bloom filters: one in a hundred look-ups of what is not there reads a block in vain.
const BLOOM_BITS: f64 = 10.0;

/// Bytes of RocksDB's own log of what it does, and how many such files are kept. It is for reading after an accident.
const INFO_LOG_BYTES_MAX: usize = 1024 * 1024;
const INFO_LOGS_MAX: usize = 2;

/// A file of the indexes is compacted when half of some 1,024 entries in a row are tombstones.
const TOMBSTONE_WINDOW: usize = 1_024;
const TOMBSTONES_MAX: usize = TOMBSTONE_WINDOW / 2;

/// What all tasks of a node share.
pub(super) struct Resources {
    cache: Cache,
    write_buffers: WriteBufferManager,
}

impl Resources {
    /// Resources that take about `memory_bytes` in all. Write buffers are charged to the cache, so that it shrinks as they
    /// grow; they never make a writer wait.
    pub(super) fn new(memory_bytes: usize) -> Self {
        let cache = Cache::new_lru_cache(memory_bytes);
        let share = memory_bytes / WRITE_BUFFERS_PART;
        let write_buffers = WriteBufferManager::new_write_buffer_manager_with_cache(share, false, cache.clone());
        Self { cache, write_buffers }
    }

    /// The options of a task's database.
    pub(super) fn database(&self) -> Options {
        let mut options = Options::default();
        options.set_write_buffer_manager(&self.write_buffers);
        options.set_max_background_jobs(BACKGROUND_JOBS_MAX);
        options.set_max_open_files(OPEN_FILES_MAX);
        options.set_max_total_wal_size(LOG_BYTES_MAX);
        // What follows the first torn record is dropped: the store then is where it was some changes ago.
        options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
        // A file of the log that is full has to be there as long as one of the families needs it.
        options.set_track_and_verify_wals_in_manifest(true);
        // RocksDB's default: an open compares the tables with their list, and what is read with its checksum.
        options.set_paranoid_checks(true);
        options.set_skip_stats_update_on_db_open(true);
        options.set_stats_dump_period_sec(0);
        options.set_stats_persist_period_sec(0);
        options.set_log_level(LogLevel::Warn);
        options.set_max_log_file_size(INFO_LOG_BYTES_MAX);
        options.set_keep_log_file_num(INFO_LOGS_MAX);
        options
    }

    /// The column families of a task's database.
    pub(super) fn families(&self) -> [ColumnFamilyDescriptor; 2] {
        let mut indexes = self.family();
        indexes.add_compact_on_deletion_collector_factory(TOMBSTONE_WINDOW, TOMBSTONES_MAX, 0.0);
        [
            ColumnFamilyDescriptor::new(STATE, self.family()),
            ColumnFamilyDescriptor::new(INDEXES, indexes),
        ]
    }

    fn family(&self) -> Options {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(&self.cache);
        table.set_bloom_filter(BLOOM_BITS, false);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        let mut options = Options::default();
        options.set_block_based_table_factory(&table);
        options.set_write_buffer_size(WRITE_BUFFER_BYTES);
        options.set_max_write_buffer_number(WRITE_BUFFERS_MAX);
        // The first level lives briefly and is not worth the time; the last entry counts for all that follow.
        options.set_compression_per_level(&[DBCompressionType::None, DBCompressionType::Lz4]);
        options
    }
}

/// The column family of the keys of `kind`.
pub(super) fn family(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Summary | KeyKind::Position | KeyKind::Saga | KeyKind::Activation | KeyKind::StateMark => STATE,
        KeyKind::Open | KeyKind::Timer | KeyKind::Changed | KeyKind::Snapshot | KeyKind::IndexMark => INDEXES,
    }
}
