//! The log in a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::Entry;

const BATCH: u32 = 256;

#[derive(Clone)]
pub struct Log {
    connection: Arc<Mutex<Connection>>,
}

impl Log {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("log.db"))?;
        connection.busy_timeout(Duration::from_secs(1))?;
        connection.execute_batch(
            "pragma journal_mode = wal;
             pragma synchronous = full;
             create table if not exists deliveries (
                 seq integer primary key autoincrement, lane integer not null, code text not null, body blob not null);
             create index if not exists lanes on deliveries (lane, seq);",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// A commit waits for the disk: not on the threads that serve others.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.connection.clone();
        Ok(spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner))).await??)
    }

    pub(super) async fn put(&self, lane: u32, body: Vec<u8>, code: &str) -> Result<()> {
        let code = code.to_owned();
        self.blocking(move |connection| {
            let mut insert =
                connection.prepare_cached("insert into deliveries (lane, code, body) values (?, ?, ?)")?;
            insert.execute((lane, code, body)).map(|_| ())
        })
        .await
    }

    pub(super) async fn check(&self) -> Result<()> {
        // A write that changes nothing: reading works even where writing does not.
        self.blocking(|connection| connection.execute_batch("begin immediate; rollback")).await
    }

    pub(super) fn reader(&self, lane: u32, after: i64) -> Reader {
        Reader { log: self.clone(), lane, after }
    }
}

pub struct Reader {
    log: Log,
    lane: u32,
    after: i64,
}

impl Reader {
    pub(super) async fn next(&mut self) -> Result<Vec<Entry>> {
        let (lane, after) = (self.lane, self.after);
        let entries = self
            .log
            .blocking(move |connection| {
                let mut select = connection.prepare_cached(
                    "select seq, body, code from deliveries where lane = ? and seq > ? order by seq limit ?",
                )?;
                let rows = select.query_map((lane, after, BATCH), |row| {
                    Ok(Entry { seq: row.get(0)?, body: row.get(1)?, code: row.get(2)? })
                })?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })
            .await?;
        self.after = entries.last().map_or(self.after, |entry| entry.seq);
        Ok(entries)
    }
}
