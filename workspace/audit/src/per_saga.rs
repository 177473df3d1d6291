//! What a checker remembers of each saga.

use crate::facts::SagaIndex;

/// A value for each saga, the default where nothing was noted.
#[derive(Debug)]
pub(crate) struct PerSaga<T>(Vec<T>);

impl<T> Default for PerSaga<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> PerSaga<T> {
    /// The value of `saga`.
    pub(crate) fn of(&mut self, saga: SagaIndex) -> &mut T {
        if self.0.len() <= saga.at() {
            self.0.resize_with(saga.at() + 1, T::default);
        }
        &mut self.0[saga.at()]
    }

    /// All values that were noted, and defaults in between.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SagaIndex, &T)> {
        self.0.iter().enumerate().map(|(at, value)| (SagaIndex::new(at), value))
    }
}
