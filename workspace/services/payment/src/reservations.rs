//! Money reserved for sagas: one reservation a saga.

use palinode_participant::rusqlite::{Connection, OptionalExtension, Result};

/// How far a reservation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The money is reserved.
    Held,
    /// The shop took it.
    Captured,
    /// The customer has it back.
    Refunded,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Captured => "captured",
            Self::Refunded => "refunded",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "held" => Self::Held,
            "captured" => Self::Captured,
            _ => Self::Refunded,
        }
    }
}

/// Money reserved for a saga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reservation {
    /// The saga, `definition/key`.
    pub(crate) saga: String,
    /// Its name for others.
    pub(crate) reservation_id: String,
    /// Whose money.
    pub(crate) customer_id: String,
    /// Minor units.
    pub(crate) amount_minor: i64,
    /// ISO 4217.
    pub(crate) currency: String,
    /// How far it got.
    pub(crate) status: Status,
}

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS reservations (
        saga TEXT PRIMARY KEY, reservation_id TEXT NOT NULL, customer_id TEXT NOT NULL, amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('held', 'captured', 'refunded'))) WITHOUT ROWID;
";

/// The reservation of a saga.
pub(crate) fn find(connection: &Connection, saga: &str) -> Result<Option<Reservation>> {
    connection
        .prepare_cached(
            "SELECT reservation_id, customer_id, amount_minor, currency, status FROM reservations WHERE saga = ?1",
        )?
        .query_row([saga], |row| {
            Ok(Reservation {
                saga: saga.to_owned(),
                reservation_id: row.get(0)?,
                customer_id: row.get(1)?,
                amount_minor: row.get(2)?,
                currency: row.get(3)?,
                status: Status::parse(row.get_ref(4)?.as_str()?),
            })
        })
        .optional()
}

/// Keeps a reservation; replaces the one that the saga had.
pub(crate) fn keep(connection: &Connection, reservation: &Reservation) -> Result<()> {
    let Reservation {
        saga,
        reservation_id,
        customer_id,
        amount_minor,
        currency,
        status,
    } = reservation;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO reservations (saga, reservation_id, customer_id, amount_minor, currency, status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            saga,
            reservation_id,
            customer_id,
            amount_minor,
            currency,
            status.as_str(),
        ))?;
    Ok(())
}
