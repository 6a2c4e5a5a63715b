//! The store of profiles: SQLite, or PostgreSQL. Both have the same tables.
//!
//! `progress` has one row: the number of the last entry that is applied, and the secret of the keys. An entry
//! is applied in the transaction that moves this number, so each is applied once and in the log's order,
//! however many projectors there are.

mod postgres;
mod sqlite;

use std::path::Path;

use anyhow::{Result, ensure};
use rownd_webhooks::sync::Applied;

use crate::log::Entry;

/// The store.
#[derive(Clone)]
pub enum Store {
    /// In a file.
    Sqlite(sqlite::Store),
    /// In a server.
    Postgres(postgres::Store),
}

impl Store {
    /// Opens the store of a folder.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened.
    pub fn sqlite(folder: &Path) -> Result<Self> {
        Ok(Self::Sqlite(sqlite::Store::open(folder)?))
    }

    /// Names a database. It need not be available yet.
    #[must_use]
    pub fn postgres(url: &str) -> Self {
        Self::Postgres(postgres::Store::new(url))
    }

    /// Makes this projector the active one; `None` while there is another one.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    pub async fn lease(&self) -> Result<Option<Lease>> {
        Ok(match self {
            Self::Sqlite(store) => Some(Lease::Sqlite(store.lease()?)),
            Self::Postgres(store) => store.lease().await?.map(|lease| Lease::Postgres(Box::new(lease))),
        })
    }
}

/// The right to apply entries, until it is dropped.
pub enum Lease {
    /// To a file.
    Sqlite(sqlite::Lease),
    /// To a server.
    Postgres(Box<postgres::Lease>),
}

impl Lease {
    /// Returns the number of the last entry that is applied.
    #[must_use]
    pub fn position(&self) -> i64 {
        match self {
            Self::Sqlite(lease) => lease.position,
            Self::Postgres(lease) => lease.position,
        }
    }

    /// Applies the entries that follow: all of them, or none. Returns what became of each; `None` for a dead letter.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable, or if another projector has been here meanwhile.
    pub async fn apply(&mut self, entries: Vec<Entry>) -> Result<Vec<Option<Applied>>> {
        match self {
            Self::Sqlite(lease) => lease.apply(entries).await,
            Self::Postgres(lease) => lease.apply(&entries).await,
        }
    }
}

/// Two projectors could have taken the same entries: only one of them finds the position where it left it.
fn ensure_unmoved(stored: i64, expected: i64) -> Result<()> {
    ensure!(stored == expected, "another projector has applied entries up to {stored}");
    Ok(())
}
