//! Reads for HTTP requests, on a connection of their own: they wait for no commit.

use std::{path::Path, sync::Arc};

use palinode_participant::rusqlite::{self, Connection, OpenFlags};
use parking_lot::Mutex;

use crate::{Order, problem::Problem, tables};

/// Reads orders. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reader {
    connection: Arc<Mutex<Connection>>,
}

impl Reader {
    /// Opens the database at `path`, which exists.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The order with this id.
    pub(crate) async fn find(&self, order_id: String) -> Result<Option<Order>, Problem> {
        let connection = Arc::clone(&self.connection);
        let found = tokio::task::spawn_blocking(move || tables::find_order(&connection.lock(), &order_id)).await;
        match found {
            Ok(Ok(order)) => Ok(order),
            Ok(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an order could not be read");
                Err(Problem::Unavailable)
            }
            Err(_) => Err(Problem::Unavailable),
        }
    }
}
