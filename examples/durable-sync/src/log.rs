//! The durable log between receiver and projector: SQLite, or NATS JetStream.

mod nats;
mod sqlite;

use std::path::Path;

use anyhow::Result;

use crate::{DEAD_LANE, LANES};

/// A delivery, as the log has it.
#[derive(Debug)]
pub struct Entry {
    /// Its number: later is greater, in each lane.
    pub seq: i64,
    /// The whole body.
    pub body: Vec<u8>,
    /// Why it is in the lane of dead letters; empty in the others.
    pub code: String,
}

/// The log.
#[derive(Clone)]
pub enum Log {
    /// In a file.
    Sqlite(sqlite::Log),
    /// In a cluster.
    Nats(Box<nats::Log>),
}

impl Log {
    /// Opens the log of a folder.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn sqlite(folder: &Path) -> Result<Self> {
        Ok(Self::Sqlite(sqlite::Log::open(folder)?))
    }

    /// Connects to a cluster, and makes the streams that are not there yet.
    ///
    /// # Errors
    ///
    /// The cluster does not answer in time.
    pub async fn nats(urls: &str) -> Result<Self> {
        Ok(Self::Nats(Box::new(nats::Log::connect(urls).await?)))
    }

    /// Which lane a user's deliveries take.
    #[must_use]
    pub fn lane(key: &str) -> u32 {
        crc32fast::hash(key.as_bytes()) % LANES
    }

    /// Puts a delivery into the log. Once this returns it is on disk.
    ///
    /// # Errors
    ///
    /// The log is away. The delivery may be in it all the same.
    pub async fn append(&self, lane: u32, body: Vec<u8>) -> Result<()> {
        self.put(lane, body, "").await
    }

    /// Puts aside what cannot be read, and why.
    ///
    /// # Errors
    ///
    /// The log is away.
    pub async fn append_dead(&self, code: &str, body: Vec<u8>) -> Result<()> {
        self.put(DEAD_LANE, body, code).await
    }

    /// The longest body that the log can take.
    #[must_use]
    pub fn most_bytes(&self) -> usize {
        match self {
            Self::Sqlite(_) => usize::MAX,
            Self::Nats(log) => log.most_bytes(),
        }
    }

    async fn put(&self, lane: u32, body: Vec<u8>, code: &str) -> Result<()> {
        match self {
            Self::Sqlite(log) => log.put(lane, body, code).await,
            Self::Nats(log) => log.put(lane, body, code).await,
        }
    }

    /// Whether the log can be reached.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub async fn check(&self) -> Result<()> {
        match self {
            Self::Sqlite(log) => log.check().await,
            Self::Nats(log) => log.check().await,
        }
    }

    /// Reads a lane, from behind a number.
    ///
    /// # Errors
    ///
    /// The log is away.
    pub async fn reader(&self, lane: u32, after: i64) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite(log) => Reader::Sqlite(log.reader(lane, after)),
            Self::Nats(log) => Reader::Nats(Box::new(log.reader(lane, after).await?)),
        })
    }
}

/// Reads one lane in order, without a gap.
pub enum Reader {
    /// From a file.
    Sqlite(sqlite::Reader),
    /// From a cluster.
    Nats(Box<nats::Reader>),
}

impl Reader {
    /// The next entries; none if there is none yet.
    ///
    /// # Errors
    ///
    /// The log is away, or something was lost on the way: begin again, from what the store has.
    pub async fn next(&mut self) -> Result<Vec<Entry>> {
        match self {
            Self::Sqlite(reader) => reader.next().await,
            Self::Nats(reader) => reader.next().await,
        }
    }

    /// Tells the log that the store has all that was read.
    ///
    /// # Errors
    ///
    /// The log is away.
    pub async fn done(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Nats(reader) => reader.done().await,
        }
    }
}
