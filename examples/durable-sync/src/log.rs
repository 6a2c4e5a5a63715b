//! The durable log between receiver and projector: SQLite, or NATS JetStream.

mod nats;
mod sqlite;

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

/// A delivery in the log.
#[derive(Debug)]
pub struct Entry {
    /// The number that the log gave it. Later entries have greater numbers.
    pub seq: i64,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The log.
#[derive(Clone)]
pub enum Log {
    /// In a file.
    Sqlite(sqlite::Log),
    /// In a NATS cluster.
    Nats(Box<nats::Log>),
}

impl Log {
    /// Opens the log of a folder.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened.
    pub fn sqlite(folder: &Path) -> Result<Self> {
        Self::sqlite_on(Connection::open(folder.join("log.db"))?)
    }

    /// Uses a connection to SQLite with custom settings, such as a size limit.
    ///
    /// # Errors
    ///
    /// Returns an error if the table cannot be created.
    pub fn sqlite_on(connection: Connection) -> Result<Self> {
        Ok(Self::Sqlite(sqlite::Log::new(connection)?))
    }

    /// Connects to a cluster and creates the stream if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the cluster does not respond in time.
    pub async fn nats(urls: &str, stream: &str) -> Result<Self> {
        Ok(Self::Nats(Box::new(nats::Log::connect(urls, stream).await?)))
    }

    /// Appends a body. Once this returns, the body is on disk.
    ///
    /// # Errors
    ///
    /// Returns an error if the log is unavailable or its disk is full. The log may have the body nevertheless.
    pub async fn append(&self, body: Vec<u8>) -> Result<()> {
        match self {
            Self::Sqlite(log) => log.append(body).await,
            Self::Nats(log) => log.append(body).await,
        }
    }

    /// The longest body that the log accepts.
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        match self {
            Self::Sqlite(_) => usize::MAX,
            Self::Nats(log) => log.max_bytes(),
        }
    }

    /// Checks whether the log is available.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not.
    pub async fn check(&self) -> Result<()> {
        match self {
            Self::Sqlite(log) => log.check().await,
            Self::Nats(log) => log.check().await,
        }
    }

    /// Reads the entries after a number.
    ///
    /// # Errors
    ///
    /// Returns an error if the log is unavailable.
    pub async fn reader(&self, after: i64) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite(log) => Reader::Sqlite(log.reader(after)),
            Self::Nats(log) => Reader::Nats(Box::new(log.reader(after).await?)),
        })
    }
}

/// Reads the log in order and without gaps.
pub enum Reader {
    /// From a file.
    Sqlite(sqlite::Reader),
    /// From a NATS cluster.
    Nats(Box<nats::Reader>),
}

impl Reader {
    /// Returns the next entries, or none if there are none yet.
    ///
    /// # Errors
    ///
    /// Returns an error if the log is unavailable or an entry was lost on the way. Start again with a new
    /// reader.
    pub async fn next(&mut self) -> Result<Vec<Entry>> {
        match self {
            Self::Sqlite(reader) => reader.next().await,
            Self::Nats(reader) => reader.next().await,
        }
    }
}
