//! The store of profiles: SQLite, or PostgreSQL.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rownd_webhooks::Parser;

use crate::log::Entry;
use crate::profile::Profile;

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
    /// The file cannot be opened.
    pub fn sqlite(folder: &Path) -> Result<Self> {
        Ok(Self::Sqlite(sqlite::Store::open(folder)?))
    }

    /// Connects to a server, and makes the tables that are not there yet.
    ///
    /// # Errors
    ///
    /// The server does not answer.
    pub async fn postgres(url: &str) -> Result<Self> {
        Ok(Self::Postgres(postgres::Store::connect(url).await?))
    }

    /// Takes a lane, so that nobody else projects it; `None` while somebody does.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn lane(&self, lane: u32) -> Result<Option<Lane>> {
        Ok(match self {
            Self::Sqlite(store) => Some(Lane::Sqlite(store.lane(lane))),
            Self::Postgres(store) => store.lane(lane).await?.map(|lane| Lane::Postgres(Box::new(lane))),
        })
    }

    /// A profile: its fields as a JSON object, and whether it is a tombstone.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn profile(&self, key: &str) -> Result<Option<(String, bool)>> {
        match self {
            Self::Sqlite(store) => store.profile(key),
            Self::Postgres(store) => store.profile(key).await,
        }
    }

    /// What was put aside: code and body.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn dead_letters(&self) -> Result<Vec<(String, Vec<u8>)>> {
        match self {
            Self::Sqlite(store) => store.dead_letters(),
            Self::Postgres(store) => store.dead_letters().await,
        }
    }
}

/// A lane that is this projector's alone, until it is dropped.
pub enum Lane {
    /// Of a file.
    Sqlite(sqlite::Lane),
    /// Of a server.
    Postgres(Box<postgres::Lane>),
}

impl Lane {
    /// The number of the last entry that the store has.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn position(&mut self) -> Result<i64> {
        match self {
            Self::Sqlite(lane) => lane.position(),
            Self::Postgres(lane) => lane.position().await,
        }
    }

    /// Applies entries of profiles: all of them, or none.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn apply(&mut self, entries: &[Entry]) -> Result<()> {
        match self {
            Self::Sqlite(lane) => lane.apply(entries),
            Self::Postgres(lane) => lane.apply(entries).await,
        }
    }

    /// Keeps dead letters: all of them, or none.
    ///
    /// # Errors
    ///
    /// The store is away.
    pub async fn bury(&mut self, entries: &[Entry]) -> Result<()> {
        match self {
            Self::Sqlite(lane) => lane.bury(entries),
            Self::Postgres(lane) => lane.bury(entries).await,
        }
    }
}

/// Whose profiles entries are about. The log holds what the receiver could read; an operation without an effect is about nobody.
fn keys(entries: &[Entry]) -> Vec<Option<String>> {
    let parser = Parser::new();
    let key = |entry: &Entry| {
        let event = parser.parse(&entry.body).ok()?.into_event().ok()?;
        event.subject().map(|subject| subject.key().into_owned())
    };
    entries.iter().map(key).collect()
}

/// What the profiles are after these entries, and which entry was the last of each.
fn projected(
    entries: &[Entry],
    keys: &[Option<String>],
    mut stored: BTreeMap<String, Profile>,
) -> Result<BTreeMap<String, (Profile, i64)>> {
    let parser = Parser::new();
    let mut profiles: BTreeMap<String, (Profile, i64)> = BTreeMap::new();
    for (entry, key) in entries.iter().zip(keys) {
        let Some(key) = key else { continue };
        let (profile, seq) = profiles
            .entry(key.clone())
            .or_insert_with(|| (stored.remove(key).unwrap_or_default(), entry.seq));
        *seq = entry.seq;
        profile.apply(&parser.parse(&entry.body)?)?;
    }
    Ok(profiles)
}
