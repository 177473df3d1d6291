//! What two contenders for one transactional id can bring about, in the plainest words.

/// The plainest account of a transactional id: who owns it, what its open transaction holds, what was committed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Model {
    owner: Option<usize>,
    /// Whose transaction the coordinator aborted last, until somebody is initialised.
    cut_off: Option<usize>,
    open: Option<Written>,
    /// How the owner's last transaction ended.
    pub(super) last: Option<bool>,
    pub(super) committed: Written,
}

/// What was written, partition by partition, and the last offset of the group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Written {
    pub(super) values: [Vec<u32>; 2],
    pub(super) offset: Option<i64>,
}

impl Model {
    pub(super) fn owns(&self, contender: usize) -> bool {
        self.owner == Some(contender)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether this contender's transaction was aborted by the coordinator, and nobody is initialised since.
    pub(super) fn is_cut_off(&self, contender: usize) -> bool {
        self.cut_off == Some(contender)
    }

    pub(super) fn init(&mut self, contender: usize) {
        *self = Self {
            owner: Some(contender),
            committed: std::mem::take(&mut self.committed),
            ..Self::default()
        };
    }

    /// The coordinator aborts an open transaction, and its owner owns nothing.
    pub(super) fn cut(&mut self) {
        if self.open.take().is_some() {
            self.cut_off = self.owner.take();
            self.last = Some(false);
        }
    }

    /// The one whose transaction was aborted learns it by its own abort and goes on.
    pub(super) fn go_on(&mut self) {
        self.owner = self.cut_off.take();
    }

    /// Something came under the transaction, and nothing is in it yet.
    pub(super) fn open_empty(&mut self) {
        self.opened();
    }

    pub(super) fn write(&mut self, partition: usize, value: u32) {
        self.opened().values[partition].push(value);
    }

    pub(super) fn offset(&mut self, offset: i64) {
        self.opened().offset = Some(offset);
    }

    fn opened(&mut self) -> &mut Written {
        self.open.get_or_insert_default()
    }

    pub(super) fn end(&mut self, commits: bool) {
        let ended = self.open.take().unwrap_or_default();
        self.last = Some(commits);
        if commits {
            for (all, mut values) in self.committed.values.iter_mut().zip(ended.values) {
                all.append(&mut values);
            }
            self.committed.offset = ended.offset.or(self.committed.offset);
        }
    }
}
