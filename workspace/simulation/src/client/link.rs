//! A connection to the broker that is made again when it is lost.

use palinode_broker::{ConnectionId, RequestKind, ResponseKind};
use palinode_core::Timestamp;

use super::settings::RETRY_MS;
use crate::world::{Hold, Look};

/// A connection to the broker that is made again when it is lost. It has one request under way at a time.
pub(crate) struct Link {
    hold: Hold,
    connection: Option<ConnectionId>,
}

/// Why there is no answer. Whether the request was received is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It did not come in time.
    TimedOut,
    /// The connection broke, or there is nobody to connect to.
    Broken,
}

impl Link {
    /// Without a connection.
    #[must_use]
    pub(crate) fn new(hold: Hold) -> Self {
        Self { hold, connection: None }
    }

    /// The thread's hold on the space.
    #[must_use]
    pub(crate) fn hold(&self) -> &Hold {
        &self.hold
    }

    /// Asks, and waits for the answer until `deadline`.
    ///
    /// # Errors
    /// When none came.
    pub(crate) async fn call(
        &mut self,
        version: i16,
        request: impl Into<RequestKind>,
        deadline: Timestamp,
    ) -> Result<ResponseKind, Lost> {
        let connection = {
            let mut space = self.hold.space.borrow_mut();
            let (node, thread) = (self.hold.node, self.hold.thread);
            match self.connection.or_else(|| space.network.connect(node, thread)) {
                Some(connection) => {
                    self.connection = Some(connection);
                    space.send(connection, version, request.into());
                    connection
                }
                None => return Err(Lost::Broken),
            }
        };
        let found = self.hold.wait(deadline, |space| space.network.look(connection)).await;
        match found {
            Some(Look::Answer(answer)) => Ok(answer),
            Some(Look::Broken) => {
                self.close();
                Err(Lost::Broken)
            }
            None => {
                self.close();
                Err(Lost::TimedOut)
            }
        }
    }

    /// Asks again and again until an answer comes, each time for `each_ms` at the most.
    ///
    /// # Errors
    /// When none came until `deadline`.
    pub(crate) async fn insist<R: Into<RequestKind>>(
        &mut self,
        version: i16,
        request: impl Fn() -> R,
        each_ms: i64,
        deadline: Timestamp,
    ) -> Result<ResponseKind, Lost> {
        loop {
            let until = self.hold.after(each_ms).min(deadline);
            match self.call(version, request(), until).await {
                Ok(answer) => return Ok(answer),
                Err(lost) if self.hold.now() >= deadline => return Err(lost),
                Err(Lost::Broken) => self.hold.sleep(RETRY_MS).await,
                Err(Lost::TimedOut) => {}
            }
        }
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.hold.space.borrow_mut().network.close(connection);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // A process that dies is dropped by the world, which closes its connections itself.
        if let (Some(connection), Ok(mut space)) = (self.connection.take(), self.hold.space.try_borrow_mut()) {
            space.network.close(connection);
        }
    }
}
