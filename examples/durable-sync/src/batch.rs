//! Applies consecutive deliveries to the stored profiles that they may concern, for any store.
//!
//! A [`Batch`] names the keys of its deliveries. The store loads what has one of them, and the batch is applied to
//! this part of the store in memory: [`decide`] looks at nothing else, and nothing else gets one of these keys meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use receiver_store::{Profile, Refusal};
use rownd_webhooks::sync::{Applied, Decision, Found, Reason, decide};
use rownd_webhooks::{Operation, Payload, Subject};

use crate::delivery;
use crate::keys::{Key, Keys, digest};
use crate::log::Entry;
use crate::row::{Row, keys_of};

/// A key, whether the profile has a user id, and the profile's number.
pub type Identifier = (Key, bool, i64);

/// What has to be loaded for a batch.
#[derive(Debug)]
pub struct Wanted {
    /// Keys of user ids and identifiers. Every profile or tombstone that has one of them is loaded.
    pub keys: BTreeSet<Key>,
    /// Maximum number of profiles to load per key, those without a user id first.
    ///
    /// This is one more than the batch has deliveries. Each delivery removes a key from at most one profile, so the
    /// last one still finds two profiles if the store has them, and two are enough to be ambiguous.
    pub limit: i64,
}

/// The part of the store that a batch wants.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The profiles, each once.
    pub profiles: Vec<Row>,
    /// The keys of deleted users.
    pub tombstones: Vec<Key>,
}

/// The changes of a batch to the store. Rows are removed first and then written.
#[derive(Debug, Default)]
pub struct Changes {
    /// Profiles that are deleted.
    pub removed_profiles: Vec<i64>,
    /// Identifiers that no longer identify a profile.
    pub removed_identifiers: Vec<Identifier>,
    /// Tombstones to remove.
    pub removed_tombstones: Vec<Key>,
    /// Profiles that are new or changed.
    pub profiles: Vec<Row>,
    /// Identifiers that are new.
    pub identifiers: Vec<Identifier>,
    /// Keys of users who are deleted.
    pub tombstones: Vec<Key>,
    /// Bodies that cannot be applied.
    pub dead_letters: Vec<DeadLetter>,
    /// The outcome of each entry; `None` is a dead letter.
    pub applied: Vec<Option<Applied>>,
}

/// A body that cannot be applied.
#[derive(Debug)]
pub struct DeadLetter {
    /// The hash of the body. A body that was sent repeatedly is kept once.
    pub digest: String,
    /// Its number in the log.
    pub seq: i64,
    /// The code of the refusal.
    pub code: &'static str,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Consecutive entries of the log.
pub struct Batch<'e> {
    keys: &'e Keys,
    entries: Vec<(&'e Entry, Result<Delivery<'e>, Refusal>)>,
}

/// A delivery with its keys.
struct Delivery<'e> {
    payload: Payload<'e>,
    /// `None` only if the operation is unknown.
    subject: Option<Subject<'e>>,
    id: Option<Key>,
    identifiers: Vec<Key>,
}

impl<'e> Delivery<'e> {
    fn new(payload: Payload<'e>, keys: &Keys) -> Self {
        let subject = payload.subject().ok();
        let id = subject.as_ref().and_then(Subject::user_id).map(|id| keys.id(id.as_str()));
        let identifiers = subject.iter().flat_map(Subject::identifiers);
        let identifiers = identifiers.map(|(field, value)| keys.key(field, &value)).collect();
        Self { payload, subject, id, identifiers }
    }

    /// The key of the user id and those of the identifiers.
    fn keys(&self) -> impl Iterator<Item = &Key> {
        self.id.iter().chain(&self.identifiers)
    }

    /// The keys by which the user is remembered as deleted: that of the user id, or those of the identifiers without one.
    fn tombstones(&self) -> &[Key] {
        self.id.as_ref().map_or(&self.identifiers, std::slice::from_ref)
    }
}

impl<'e> Batch<'e> {
    /// Reads the bodies.
    #[must_use]
    pub fn new(entries: &'e [Entry], keys: &'e Keys) -> Self {
        let read = |entry: &'e Entry| delivery::read(&entry.body).map(|payload| Delivery::new(payload, keys));
        Self { keys, entries: entries.iter().map(|entry| (entry, read(entry))).collect() }
    }

    /// Returns what has to be loaded.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let deliveries = self.entries.iter().filter_map(|(_, delivery)| delivery.as_ref().ok());
        let keys = deliveries.flat_map(Delivery::keys).cloned().collect();
        Wanted { keys, limit: i64::try_from(self.entries.len()).map_or(i64::MAX, |count| count + 1) }
    }

    /// Applies the entries, in their order.
    ///
    /// # Errors
    ///
    /// Returns an error if the store contains an invalid profile.
    pub fn apply(self, loaded: &Loaded) -> Result<Changes> {
        let mut part = Part::new(self.keys, loaded)?;
        let mut changes = Changes::default();
        for (entry, delivery) in self.entries {
            changes.applied.push(match delivery {
                Ok(delivery) => Some(part.apply(entry.seq, &delivery)),
                Err(Refusal { code, .. }) => {
                    let (digest, body) = (digest(&entry.body), entry.body.clone());
                    changes.dead_letters.push(DeadLetter { digest, seq: entry.seq, code, body });
                    None
                }
            });
        }

        for (number, before) in &part.changed {
            let empty = BTreeSet::new();
            let after = if let Some((profile, identifiers)) = part.profiles.get(number) {
                changes.profiles.push(Row::new(*number, profile)?);
                identifiers
            } else {
                changes.removed_profiles.push(*number);
                &empty
            };
            changes.removed_identifiers.extend(before.difference(after).cloned());
            changes.identifiers.extend(after.difference(before).cloned());
        }
        let loaded: BTreeSet<Key> = loaded.tombstones.iter().cloned().collect();
        changes.removed_tombstones.extend(loaded.difference(&part.tombstones).cloned());
        changes.tombstones.extend(part.tombstones.difference(&loaded).cloned());
        Ok(changes)
    }
}

/// The part of a store that a batch can read or change, in memory.
struct Part<'k> {
    keys: &'k Keys,
    profiles: BTreeMap<i64, (Profile, BTreeSet<Identifier>)>,
    index: BTreeSet<Identifier>,
    tombstones: BTreeSet<Key>,
    /// The profiles that changed since they were loaded, with the identifiers that they had then.
    changed: BTreeMap<i64, BTreeSet<Identifier>>,
}

impl<'k> Part<'k> {
    fn new(keys: &'k Keys, loaded: &Loaded) -> Result<Self> {
        let tombstones = loaded.tombstones.iter().cloned().collect();
        let (profiles, index, changed) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut part = Self { keys, profiles, index, tombstones, changed };
        for row in &loaded.profiles {
            part.put(row.number, Some(row.profile()?));
        }
        part.changed.clear();
        Ok(part)
    }

    fn apply(&mut self, seq: i64, delivery: &Delivery<'_>) -> Applied {
        let Delivery { payload, subject: Some(subject), .. } = delivery else { return Applied::Ignored };
        let decision = decide(payload.operation(), subject, self.look(delivery));
        match payload.operation() {
            Operation::Delete => self.tombstones.extend(delivery.tombstones().iter().cloned()),
            Operation::DataInsert => delivery.keys().for_each(|key| _ = self.tombstones.remove(key)),
            _ => {}
        }
        match decision {
            // A profile has the number of the entry that created it, so no two get the same one.
            Decision::Create => self.write(seq, payload, subject),
            Decision::Update(number) => self.write(number, payload, subject),
            Decision::Delete(number) => {
                let id = self.put(number, None).and_then(|profile| profile.user_id);
                self.tombstones.extend(id.map(|id| self.keys.id(&id)));
                Applied::Deleted
            }
            Decision::Nothing(Reason::NotFound) => Applied::Unchanged,
            Decision::Nothing(Reason::Ambiguous) => Applied::Ambiguous,
            Decision::Nothing(Reason::Deleted | Reason::UnknownOperation) => Applied::Ignored,
        }
    }

    /// Finds what [`decide`] has to know. Two profiles for each key are enough.
    fn look(&self, delivery: &Delivery<'_>) -> Found<i64> {
        let candidates = |key, may_have_id| {
            let range = (Key::clone(key), false, i64::MIN)..=(Key::clone(key), may_have_id, i64::MAX);
            self.index.range(range).take(2).map(|(_, _, number)| *number)
        };
        Found {
            profile: delivery.id.as_ref().and_then(|id| candidates(id, true).next()),
            deleted: delivery.tombstones().iter().any(|key| self.tombstones.contains(key)),
            // A profile with another user id belongs to another user.
            candidates: delivery
                .identifiers
                .iter()
                .flat_map(|key| candidates(key, delivery.id.is_none()))
                .collect(),
        }
    }

    fn write(&mut self, number: i64, payload: &Payload<'_>, subject: &Subject<'_>) -> Applied {
        let before = self.profiles.get(&number).map(|(profile, _)| profile);
        let mut after = before.cloned().unwrap_or_default();
        after.update(payload, subject, |field, value| self.keys.key(field, value));
        if before == Some(&after) {
            return Applied::Unchanged;
        }
        if self.put(number, Some(after)).is_some() { Applied::Updated } else { Applied::Created }
    }

    /// Stores or removes a profile. Returns the one that was there.
    fn put(&mut self, number: i64, profile: Option<Profile>) -> Option<Profile> {
        let (before, old) = self.profiles.remove(&number).unzip();
        let old = old.unwrap_or_default();
        for identifier in &old {
            self.index.remove(identifier);
        }
        self.changed.entry(number).or_insert(old);
        if let Some(profile) = profile {
            let has_id = profile.user_id.is_some();
            let keys = keys_of(&profile, self.keys).into_iter();
            let identifiers: BTreeSet<Identifier> = keys.map(|key| (key, has_id, number)).collect();
            self.index.extend(identifiers.iter().cloned());
            self.profiles.insert(number, (profile, identifiers));
        }
        before
    }
}
