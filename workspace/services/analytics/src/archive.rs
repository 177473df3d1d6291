//! Read access to what the service has recorded, for reports and exports; also from another process.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    time::Duration,
};

use palinode_participant::Error;
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};

use crate::{Report, csv};

/// The step whose success share a report gives, in the definition of this shop.
const PAYMENT_STEP: &str = "payment";
/// How long a reader waits for a writer that just changes the file's form.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The recorded outcomes.
#[derive(Debug)]
pub struct Archive {
    connection: Mutex<Connection>,
    path: String,
}

impl Archive {
    /// Opens the database at `path` for reading.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_WAIT)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self {
                connection: Mutex::new(connection),
                path: name,
            }),
            Err(source) => Err(Error::Database { path: name, source }),
        }
    }

    /// The figures of all that is recorded, of one moment.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn report(&self) -> Result<Report, Error> {
        let mut connection = self.connection.lock();
        let computed = connection
            .transaction()
            .and_then(|tx| Report::compute(&tx, PAYMENT_STEP));
        computed.map_err(|source| Error::Database {
            path: self.path.clone(),
            source,
        })
    }

    /// Writes the stages of all finished sagas as CSV to the file `path`, which is replaced as a whole; how many lines.
    ///
    /// # Errors
    /// When the file cannot be written, or the database refuses.
    pub fn write_csv(&self, path: &Path) -> io::Result<u64> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let mut out = BufWriter::new(File::create(&unfinished)?);
        let lines = csv::write(&self.connection.lock(), &mut out)?;
        out.flush()?;
        drop(out);
        fs::rename(&unfinished, path)?;
        Ok(lines)
    }
}
