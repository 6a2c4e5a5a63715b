//! The store in a file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rownd_webhooks::sync::Applied;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::task::spawn_blocking;

use super::{BEGIN, PROFILES, PROGRESS, TABLES, ensure_unmoved};
use crate::batch::{Batch, Changes, Loaded, Wanted};
use crate::keys::Keys;
use crate::log::Entry;
use crate::row::Row;

#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("store.db"))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.execute_batch(TABLES)?;
        connection.execute(BEGIN, [rand::random::<[u8; 32]>()])?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// No lock is needed: SQLite lets one transaction write at a time.
    pub(super) fn lease(&self) -> Result<Lease> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let (position, secret): (_, Vec<u8>) =
            connection.query_row(PROGRESS, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Lease { store: self.clone(), keys: Keys::new(&secret)?, position })
    }
}

pub struct Lease {
    store: Store,
    keys: Keys,
    pub(super) position: i64,
}

impl Lease {
    pub(super) async fn apply(&mut self, entries: Vec<Entry>) -> Result<Vec<Option<Applied>>> {
        let (store, keys, position) = (self.store.clone(), self.keys.clone(), self.position);
        let last = entries.last().map_or(position, |entry| entry.seq);
        let applied = spawn_blocking(move || {
            let batch = Batch::new(&entries, &keys);
            let wanted = batch.wanted();
            let mut connection = store.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let stored = transaction.query_row("select position from progress", (), |row| row.get(0))?;
            ensure_unmoved(stored, position)?;
            let changes = batch.apply(&load(&transaction, &wanted)?)?;
            write(&transaction, &changes)?;
            transaction.execute("update progress set position = ?", [last])?;
            transaction.commit()?;
            anyhow::Ok(changes.applied)
        });
        let applied = applied.await??;
        self.position = last;
        Ok(applied)
    }
}

/// Reads a row of [`PROFILES`].
pub(crate) fn profile(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row { number: row.get(0)?, user_id: row.get(1)?, fields: row.get(2)?, remembered: row.get(3)? })
}

fn load(transaction: &Transaction<'_>, wanted: &Wanted) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut is_deleted = transaction.prepare_cached("select 1 from tombstones where key = ?")?;
    let mut by_key = transaction
        .prepare_cached("select profile from identifiers where key = ? order by has_id, profile limit ?")?;
    let mut numbers: BTreeSet<i64> = BTreeSet::new();
    for key in &wanted.keys {
        if is_deleted.exists([key])? {
            loaded.tombstones.push(key.clone());
        }
        for number in by_key.query_map((key, wanted.limit), |row| row.get(0))? {
            numbers.insert(number?);
        }
    }
    let mut by_number = transaction.prepare_cached(&format!("{PROFILES} where number = ?"))?;
    for number in numbers {
        loaded.profiles.push(by_number.query_row([number], profile)?);
    }
    Ok(loaded)
}

fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<()> {
    let mut remove = transaction.prepare_cached("delete from profiles where number = ?")?;
    for number in &changes.removed_profiles {
        remove.execute([number])?;
    }
    let mut remove =
        transaction.prepare_cached("delete from identifiers where key = ? and has_id = ? and profile = ?")?;
    for identifier in &changes.removed_identifiers {
        remove.execute(identifier.clone())?;
    }
    let mut remove = transaction.prepare_cached("delete from tombstones where key = ?")?;
    for key in &changes.removed_tombstones {
        remove.execute([key])?;
    }
    let mut put = transaction.prepare_cached(
        "insert into profiles (number, user_id, fields, remembered) values (?, ?, ?, ?)
         on conflict (number) do update set
             user_id = excluded.user_id, fields = excluded.fields, remembered = excluded.remembered",
    )?;
    for row in &changes.profiles {
        put.execute((row.number, &row.user_id, &row.fields, &row.remembered))?;
    }
    let mut put =
        transaction.prepare_cached("insert into identifiers (key, has_id, profile) values (?, ?, ?)")?;
    for identifier in &changes.identifiers {
        put.execute(identifier.clone())?;
    }
    let mut put = transaction.prepare_cached("insert or ignore into tombstones (key) values (?)")?;
    for key in &changes.tombstones {
        put.execute([key])?;
    }
    let mut put = transaction
        .prepare_cached("insert or ignore into dead_letters (digest, seq, code, body) values (?, ?, ?, ?)")?;
    for letter in &changes.dead_letters {
        put.execute((&letter.digest, letter.seq, letter.code, &letter.body))?;
    }
    Ok(())
}
