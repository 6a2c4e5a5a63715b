//! The store of profiles: SQLite, or PostgreSQL. Both have the same tables.
//!
//! `progress` has one row: the number of the last entry that is applied, and the secret of the keys. An entry
//! is applied in the transaction that moves this number, so each is applied once and in the log's order,
//! however many projectors there are.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::path::Path;

use anyhow::{Result, ensure};
use rownd_webhooks::sync::Applied;

use crate::log::Entry;

/// The tables, in words that SQLite and PostgreSQL both accept: SQLite takes any name for a type.
///
/// It is `json` and not `jsonb`, which would refuse a NUL in a text and change numbers. `identifiers` is derived from
/// `profiles`: the keys by which they are found. All keys are HMACs.
const TABLES: &str = "
    create table if not exists profiles (
        number bigint primary key, user_id text unique, fields json not null, remembered json not null);
    create table if not exists identifiers (
        key text not null, has_id boolean not null, profile bigint not null,
        primary key (key, has_id, profile));
    create table if not exists tombstones (
        key text primary key, deleted_at timestamp not null default current_timestamp);
    create table if not exists dead_letters (
        digest text primary key, seq bigint not null, code text not null, body bytea not null);
    create table if not exists progress (
        one integer primary key check (one = 1), position bigint not null, secret bytea not null);";

const BEGIN: &str = "insert into progress values (1, 0, $1) on conflict do nothing";

pub(crate) const PROGRESS: &str = "select position, secret from progress";

pub(crate) const PROFILES: &str =
    "select number, user_id, cast(fields as text), cast(remembered as text) from profiles";

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

    /// Returns the store in a database, which need not be available yet.
    #[must_use]
    pub fn postgres(url: &str) -> Self {
        Self::Postgres(postgres::Store::new(url))
    }

    /// Makes this projector the active one. Returns `None` while another one is active.
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

    /// Applies the next entries: all of them, or none. Returns the outcome of each, or `None` for a dead letter.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable, or if another projector has applied entries meanwhile.
    pub async fn apply(&mut self, entries: Vec<Entry>) -> Result<Vec<Option<Applied>>> {
        match self {
            Self::Sqlite(lease) => lease.apply(entries).await,
            Self::Postgres(lease) => lease.apply(&entries).await,
        }
    }
}

/// Two projectors may have read the same entries. Only the first finds its own position in the store.
fn ensure_unmoved(stored: i64, expected: i64) -> Result<()> {
    ensure!(stored == expected, "another projector has applied entries up to {stored}");
    Ok(())
}
