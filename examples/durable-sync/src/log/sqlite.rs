//! The log in a file.

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
    pub(super) fn new(connection: Connection) -> Result<Self> {
        connection.busy_timeout(Duration::from_secs(1))?;
        connection.execute_batch(
            "pragma journal_mode = wal;
             pragma synchronous = full;
             create table if not exists deliveries (seq integer primary key autoincrement, body blob not null);",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// A commit waits for the disk, so it must not block the threads of the runtime.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.connection.clone();
        Ok(spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner))).await??)
    }

    pub(super) async fn append(&self, body: Vec<u8>) -> Result<()> {
        self.blocking(move |connection| {
            let mut insert = connection.prepare_cached("insert into deliveries (body) values (?)")?;
            insert.execute([body]).map(|_| ())
        })
        .await
    }

    pub(super) async fn check(&self) -> Result<()> {
        // Takes the lock for writing: reading works even where writing does not.
        self.blocking(|connection| connection.execute_batch("begin immediate; rollback")).await
    }

    pub(super) fn reader(&self, after: i64) -> Reader {
        Reader { log: self.clone(), after }
    }
}

pub struct Reader {
    log: Log,
    after: i64,
}

impl Reader {
    pub(super) async fn next(&mut self) -> Result<Vec<Entry>> {
        let after = self.after;
        let entries = self
            .log
            .blocking(move |connection| {
                let mut select = connection
                    .prepare_cached("select seq, body from deliveries where seq > ? order by seq limit ?")?;
                let rows = select
                    .query_map((after, BATCH), |row| Ok(Entry { seq: row.get(0)?, body: row.get(1)? }))?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })
            .await?;
        self.after = entries.last().map_or(self.after, |entry| entry.seq);
        Ok(entries)
    }
}
