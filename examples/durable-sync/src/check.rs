//! Compares a store with the reference: [`Mirror`], applied to the log in the log's order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use rownd_webhooks::sync::{Applied, Mirror, Profile};
use rownd_webhooks::{Redactable, testing};
use rusqlite::{Connection, OpenFlags};
use serde_json::value::{RawValue, to_raw_value};
use tokio_postgres::Client;

use crate::delivery;
use crate::log::Entry;
use crate::rules::{By, Identifier, Key, Row, Salt};
use crate::store::{PROFILES, PROGRESS, postgres, sqlite};

const IDENTIFIERS: &str = "select key, is_lookup, profile from identifiers";
const TOMBSTONES: &str = "select user_id from tombstones";
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
    tombstones: BTreeSet<String>,
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
        let identifier = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, by(row.get(1)?), row.get(2)?));
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
        let identifier = |row: &tokio_postgres::Row| (row.get(0), by(row.get(1)), row.get(2));
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

fn by(is_lookup: bool) -> By {
    if is_lookup { By::Lookup } else { By::Field }
}

/// The content that a store should have.
#[derive(Default)]
pub struct Reference {
    /// The number of the last entry.
    pub position: i64,
    /// The bodies that cannot be applied.
    pub dead_letters: BTreeSet<Vec<u8>>,
    mirror: Mirror,
    user_ids: BTreeSet<String>,
}

impl Reference {
    /// Applies the next entry of the log. Returns the outcome, or `None` for a dead letter.
    pub fn add(&mut self, entry: &Entry) -> Option<Applied> {
        self.position = entry.seq;
        let applied = delivery::read(&entry.body).ok().and_then(|payload| {
            self.user_ids.extend(payload.user_id().map(|id| id.as_str().to_owned()));
            self.mirror.apply(&payload).ok()
        });
        if applied.is_none() {
            self.dead_letters.insert(entry.body.clone());
        }
        applied
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
        let salt = Salt::new(&tables.secret)?;
        let (mut expected, mut found) = (Counts::default(), Counts::default());
        for profile in self.mirror.iter() {
            expected.add("profile", &mirrored(profile, &salt)?);
        }
        for row in &tables.profiles {
            found.add("profile", &stored(row)?);
            // A profile has to be found by each of its values, and by no other.
            for (key, by) in identifiers(row, &salt)? {
                expected.add("identifier", &(key, format!("{by:?}"), row.number));
            }
        }
        for (key, by, number) in &tables.identifiers {
            found.add("identifier", &(key, format!("{by:?}"), number));
        }
        // The mirror does not list its tombstones, but it ignores an update of a deleted user.
        let mut mirror = self.mirror.clone();
        for id in self.user_ids.iter().filter(|id| self.mirror.get(id).is_none()) {
            if mirror.apply(&testing::data_update().user_id(id).build())? == Applied::Ignored {
                expected.add("tombstone", &id);
            }
        }
        tables.tombstones.iter().for_each(|id| found.add("tombstone", &id));
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

/// A profile in a form that can be compared: id, visible fields, redacted names, keys of the lookup values.
type Comparable = (Option<String>, BTreeMap<String, Box<RawValue>>, BTreeSet<String>, BTreeMap<String, Key>);

fn mirrored(profile: &Profile, salt: &Salt) -> Result<Comparable> {
    let (mut visible, mut redacted) = (BTreeMap::new(), BTreeSet::new());
    for (name, field) in profile.fields() {
        match field {
            Redactable::Visible(value) => _ = visible.insert(name.to_owned(), to_raw_value(value)?),
            Redactable::Redacted => _ = redacted.insert(name.to_owned()),
        }
    }
    let key = |field: &str, value: &str| (field.to_owned(), salt.key(field, value));
    let lookups = profile.lookup_values().iter();
    let keys = lookups.filter_map(|lookup| Some(key(lookup.field(), lookup.identifier()?))).collect();
    Ok((profile.user_id().map(|id| id.as_str().to_owned()), visible, redacted, keys))
}

fn stored(row: &Row) -> Result<Comparable> {
    let (fields, redacted) = (serde_json::from_str(&row.fields)?, serde_json::from_str(&row.redacted)?);
    Ok((row.user_id.clone(), fields, redacted, serde_json::from_str(&row.lookup_keys)?))
}

/// Returns the identifiers that find a profile.
fn identifiers(row: &Row, salt: &Salt) -> Result<Vec<(Key, By)>> {
    let lookups: BTreeMap<String, Key> = serde_json::from_str(&row.lookup_keys)?;
    let mut identifiers: Vec<_> = lookups.into_values().map(|key| (key, By::Lookup)).collect();
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&row.fields)?;
    for (name, value) in &fields {
        let text = match value.get() {
            number if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                number.to_owned()
            }
            text if text.starts_with('"') => serde_json::from_str(text)?,
            _ => continue,
        };
        identifiers.extend((!text.is_empty()).then(|| (salt.key(name, &text), By::Field)));
    }
    Ok(identifiers)
}
