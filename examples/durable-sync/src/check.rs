//! Compares a store with the reference: [`Mirror`], applied to the log in the log's order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use rownd_webhooks::sync::{Applied, Mirror};
use rownd_webhooks::{Operation, Payload, UserId};
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::Client;

use crate::batch::Identifier;
use crate::delivery;
use crate::keys::{Key, Keys};
use crate::log::Entry;
use crate::row::{Row, keys_of};
use crate::store::{PROFILES, PROGRESS, postgres, sqlite};

const IDENTIFIERS: &str = "select key, has_id, profile from identifiers";
const TOMBSTONES: &str = "select key from tombstones";
const DEAD_LETTERS: &str = "select body from dead_letters";

/// The content of a store's tables.
pub struct Tables {
    /// The number of the last entry that is applied.
    pub position: i64,
    /// The bodies that could not be applied.
    pub dead_letters: BTreeSet<Vec<u8>>,
    secret: Vec<u8>,
    profiles: Vec<Row>,
    identifiers: BTreeSet<Identifier>,
    tombstones: BTreeSet<Key>,
}

impl Tables {
    /// Reads the store of a folder.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    pub fn sqlite(folder: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let mut connection = Connection::open_with_flags(folder.join("store.db"), flags)?;
        let store = connection.transaction()?;
        let (position, secret) = store.query_row(PROGRESS, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let identifier = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let profiles = store.prepare(PROFILES)?.query_map((), sqlite::profile)?.collect::<Result<_, _>>()?;
        let identifiers = store.prepare(IDENTIFIERS)?.query_map((), identifier)?.collect::<Result<_, _>>()?;
        let tombstones =
            store.prepare(TOMBSTONES)?.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
        let dead_letters =
            store.prepare(DEAD_LETTERS)?.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Self { position, dead_letters, secret, profiles, identifiers, tombstones })
    }

    /// Reads the store of a server.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    pub async fn postgres(client: &mut Client) -> Result<Self> {
        let snapshot =
            client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
        let store = snapshot.read_only(true).start().await?;
        let progress = store.query_one(PROGRESS, &[]).await?;
        let identifier = |row: &tokio_postgres::Row| (row.get(0), row.get(1), row.get(2));
        Ok(Self {
            position: progress.get(0),
            dead_letters: store.query(DEAD_LETTERS, &[]).await?.iter().map(|row| row.get(0)).collect(),
            secret: progress.get(1),
            profiles: store.query(PROFILES, &[]).await?.iter().map(postgres::profile).collect(),
            identifiers: store.query(IDENTIFIERS, &[]).await?.iter().map(identifier).collect(),
            tombstones: store.query(TOMBSTONES, &[]).await?.iter().map(|row| row.get(0)).collect(),
        })
    }

    /// The number of profiles.
    #[must_use]
    pub fn profiles(&self) -> usize {
        self.profiles.len()
    }
}

/// The content that a store should have.
#[derive(Default)]
pub struct Reference {
    /// The number of the last entry.
    pub position: i64,
    /// The bodies that cannot be applied.
    pub dead_letters: BTreeSet<Vec<u8>>,
    mirror: Mirror,
    /// The identifiers of deletes without a user id, which the mirror does not list.
    deleted: BTreeSet<(String, String)>,
}

impl Reference {
    /// Applies the next entry of the log. Returns the outcome, or `None` for a dead letter.
    pub fn add(&mut self, entry: &Entry) -> Option<Applied> {
        self.position = entry.seq;
        let Ok(payload) = delivery::read(&entry.body) else {
            self.dead_letters.insert(entry.body.clone());
            return None;
        };
        self.note_deleted(&payload);
        self.mirror.apply(&payload).ok().map(|change| change.applied)
    }

    fn note_deleted(&mut self, payload: &Payload<'_>) {
        let Ok(subject) = payload.subject() else { return };
        let identifiers = subject.identifiers().map(|(field, value)| (field.to_owned(), value.into_owned()));
        match payload.operation() {
            Operation::Delete if subject.user_id().is_none() => self.deleted.extend(identifiers),
            Operation::DataInsert => identifiers.for_each(|identifier| _ = self.deleted.remove(&identifier)),
            _ => {}
        }
    }

    /// The number of profiles.
    #[must_use]
    pub fn profiles(&self) -> usize {
        self.mirror.len()
    }

    /// Compares the tables with their expected content.
    ///
    /// # Errors
    ///
    /// Returns an error if a row cannot be read.
    pub fn compare(&self, tables: &Tables) -> Result<Difference> {
        let keys = Keys::new(&tables.secret)?;
        let (mut expected, mut found) = (Counts::default(), Counts::default());
        for profile in self.mirror.iter() {
            let key = |field: &str, value: &str| (field.to_owned(), keys.key(field, value));
            let remembered = profile.lookup_values().iter();
            let remembered: BTreeMap<String, Key> =
                remembered.filter_map(|it| Some(key(it.field(), it.identifier()?))).collect();
            let user_id = profile.user_id().map(UserId::as_str);
            expected.add("profile", &(user_id, profile.fields(), remembered));
        }
        for row in &tables.profiles {
            let profile = row.profile()?;
            found.add("profile", &(&profile.user_id, &profile.fields, &profile.remembered));
            // A profile has to be found by each of its values, and by no other.
            for key in keys_of(&profile, &keys) {
                expected.add("identifier", &(key, profile.user_id.is_some(), row.number));
            }
        }
        tables.identifiers.iter().for_each(|identifier| found.add("identifier", identifier));
        self.mirror.deleted_ids().for_each(|id| expected.add("tombstone", &keys.id(id)));
        self.deleted.iter().for_each(|(field, value)| expected.add("tombstone", &keys.key(field, value)));
        tables.tombstones.iter().for_each(|key| found.add("tombstone", key));
        for (counts, bodies) in [(&mut expected, &self.dead_letters), (&mut found, &tables.dead_letters)] {
            for body in bodies {
                counts.add("dead letter", &body.escape_ascii().to_string());
            }
        }
        Ok(Difference { lost: expected.without(&found), wrong: found.without(&expected) })
    }
}

/// The differences between a store and its expected content. They contain values.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The missing items.
    pub lost: Vec<String>,
    /// The items that should not be there.
    pub wrong: Vec<String>,
}

/// Items as text, each with its count.
#[derive(Default)]
struct Counts(BTreeMap<String, u32>);

impl Counts {
    fn add(&mut self, kind: &str, what: &impl serde::Serialize) {
        let what = serde_json::to_string(what).unwrap_or_default();
        *self.0.entry(format!("{kind} {what}")).or_default() += 1;
    }

    fn without(&self, other: &Self) -> Vec<String> {
        let is_more = |(what, count): &(&String, &u32)| *count > other.0.get(*what).unwrap_or(&0);
        self.0.iter().filter(is_more).map(|(what, _)| what.clone()).collect()
    }
}
