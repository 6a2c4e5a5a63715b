//! The store in a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{keys, projected};
use crate::log::Entry;
use crate::profile::Profile;

#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("store.db"))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(
            "pragma journal_mode = wal;
             create table if not exists profiles (
                 key text primary key, fields text not null, deleted integer not null, applied_seq integer not null);
             create table if not exists dead_letters (id integer primary key, code text not null, body blob not null);
             create table if not exists progress (lane integer primary key, seq integer not null);",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lane(&self, lane: u32) -> Lane {
        Lane { store: self.clone(), lane }
    }

    pub(super) fn profile(&self, key: &str) -> Result<Option<(String, bool)>> {
        Ok(stored(&self.connection(), key)?)
    }

    pub(super) fn dead_letters(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let connection = self.connection();
        let mut select = connection.prepare("select code, body from dead_letters order by id")?;
        let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn stored(connection: &Connection, key: &str) -> rusqlite::Result<Option<(String, bool)>> {
    let mut select = connection.prepare_cached("select fields, deleted from profiles where key = ?")?;
    select.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn position(connection: &Connection, lane: u32) -> rusqlite::Result<i64> {
    let mut select = connection.prepare_cached("select seq from progress where lane = ?")?;
    Ok(select.query_row([lane], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub struct Lane {
    store: Store,
    lane: u32,
}

impl Lane {
    pub(super) fn position(&self) -> Result<i64> {
        Ok(position(&self.store.connection(), self.lane)?)
    }

    pub(super) fn apply(&self, entries: &[Entry]) -> Result<()> {
        let keys = keys(entries);
        self.commit(entries, |connection| {
            let mut known = BTreeMap::new();
            for key in keys.iter().flatten() {
                if let Some((fields, is_deleted)) = stored(connection, key)? {
                    known.insert(key.clone(), Profile::from_stored(&fields, is_deleted)?);
                }
            }
            let mut upsert = connection.prepare_cached(
                "insert or replace into profiles (key, fields, deleted, applied_seq) values (?, ?, ?, ?)",
            )?;
            for (key, (profile, seq)) in projected(entries, &keys, known)? {
                upsert.execute((key, profile.stored_fields()?, profile.is_deleted, seq))?;
            }
            Ok(())
        })
    }

    pub(super) fn bury(&self, entries: &[Entry]) -> Result<()> {
        self.commit(entries, |connection| {
            let mut insert = connection
                .prepare_cached("insert or ignore into dead_letters (id, code, body) values (?, ?, ?)")?;
            for entry in entries {
                insert.execute((entry.seq, &entry.code, &entry.body))?;
            }
            Ok(())
        })
    }

    /// Does the work and moves the position, in one transaction.
    fn commit(&self, entries: &[Entry], work: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let mut connection = self.store.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process that has the same folder could have been here.
        ensure!(position(&transaction, self.lane)? < entries[0].seq, "the store is ahead already");
        work(&transaction)?;
        transaction
            .execute("insert or replace into progress (lane, seq) values (?, ?)", (self.lane, last.seq))?;
        Ok(transaction.commit()?)
    }
}
