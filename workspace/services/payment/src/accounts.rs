//! Customers' accounts.

use palinode_participant::rusqlite::{Connection, OptionalExtension, Result};
use serde::Serialize;

/// A customer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Account {
    /// Who has it.
    pub(crate) customer_id: String,
    /// ISO 4217.
    pub(crate) currency: String,
    /// The customer's money, in minor units; what is reserved too.
    pub(crate) balance_minor: i64,
    /// The part of the balance that is reserved.
    pub(crate) reserved_minor: i64,
}

impl Account {
    /// What can still be reserved.
    pub(crate) fn available_minor(&self) -> i64 {
        self.balance_minor - self.reserved_minor
    }
}

pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS accounts (
        customer_id TEXT PRIMARY KEY, currency TEXT NOT NULL,
        balance_minor INTEGER NOT NULL, reserved_minor INTEGER NOT NULL,
        CHECK (0 <= reserved_minor AND reserved_minor <= balance_minor)) WITHOUT ROWID;
";

/// The account of a customer.
pub(crate) fn find(connection: &Connection, customer_id: &str) -> Result<Option<Account>> {
    connection
        .prepare_cached("SELECT currency, balance_minor, reserved_minor FROM accounts WHERE customer_id = ?1")?
        .query_row([customer_id], |row| {
            Ok(Account {
                customer_id: customer_id.to_owned(),
                currency: row.get(0)?,
                balance_minor: row.get(1)?,
                reserved_minor: row.get(2)?,
            })
        })
        .optional()
}

/// Opens an account; whether the customer had none.
pub(crate) fn open(connection: &Connection, customer_id: &str, currency: &str, balance_minor: i64) -> Result<bool> {
    let opened = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO accounts (customer_id, currency, balance_minor, reserved_minor)
             VALUES (?1, ?2, ?3, 0)",
        )?
        .execute((customer_id, currency, balance_minor))?;
    Ok(opened == 1)
}

/// Adds to the balance and to its reserved part; negative to take away.
pub(crate) fn add(connection: &Connection, customer_id: &str, balance_minor: i64, reserved_minor: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE accounts SET balance_minor = balance_minor + ?2, reserved_minor = reserved_minor + ?3
             WHERE customer_id = ?1",
        )?
        .execute((customer_id, balance_minor, reserved_minor))?;
    Ok(())
}
