//! Applies deliveries to stored profiles by the rules of [`rownd_webhooks::sync::Mirror`], for any store.
//!
//! A [`Batch`] of entries names user ids and identifiers. The store loads the profiles that have one of them,
//! and the batch is applied to this part of the store in memory. The part is sufficient: the rules look at no
//! other profile, and no other profile can get one of these ids or identifiers meanwhile.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use receiver_store::Refusal;
use rownd_webhooks::sync::Applied;
use rownd_webhooks::{LookupValue, Operation, Parser, Payload, Redactable, Value};
use sha2::{Digest, Sha256};

use crate::delivery;
use crate::log::Entry;

/// A keyed hash (HMAC) of a field's name and value. The store finds profiles by it, so that it need not keep the value, which is
/// personal data.
pub type Key = String;

/// The secret of a store's keys.
#[derive(Clone)]
pub struct Salt(Hmac<Sha256>);

impl Salt {
    /// Creates a salt from the secret of a store.
    ///
    /// # Errors
    ///
    /// None: HMAC takes secrets of any length.
    pub fn new(secret: &[u8]) -> Result<Self> {
        Ok(Self(Hmac::new_from_slice(secret)?))
    }

    /// Returns the key of a value. `email` is compared without regard to ASCII case.
    #[must_use]
    pub fn key(&self, field: &str, value: &str) -> Key {
        let value: Cow<'_, str> =
            if field == "email" { value.to_ascii_lowercase().into() } else { value.into() };
        let mac = self.0.clone().chain_update((field.len() as u64).to_be_bytes()).chain_update(field);
        hex(&mac.chain_update(&*value).finalize().into_bytes())
    }

    /// Returns the keys of a delivery's lookup values, by field.
    fn keys<'p>(&self, payload: &'p Payload<'_>) -> impl Iterator<Item = (&'p str, Key)> {
        let key = |lookup: &'p LookupValue<'_>| {
            Some((lookup.field(), self.key(lookup.field(), lookup.identifier()?)))
        };
        payload.lookup_values().iter().filter_map(key)
    }
}

/// A profile without its number.
#[derive(Clone, Default, PartialEq)]
pub struct Profile {
    /// The user's id, if a delivery has named it.
    pub user_id: Option<String>,
    /// The fields, visible or redacted.
    pub fields: BTreeMap<String, Redactable<Value<'static>>>,
    /// The keys of the lookup values that belong to the profile, one for each field.
    pub lookup_keys: BTreeMap<String, Key>,
}

impl Profile {
    fn identifiers(&self, number: i64, salt: &Salt) -> BTreeSet<Identifier> {
        let lookups = self.lookup_keys.values().map(|key| (key.clone(), By::Lookup, number));
        let fields = self.fields.iter().filter_map(|(name, field)| {
            let text = match field.visible()? {
                Value::String(text) => text,
                Value::Number(number) => number.as_str(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
            };
            (!text.is_empty()).then(|| (salt.key(name, text), By::Field, number))
        });
        lookups.chain(fields).collect()
    }
}

/// A row of the table `profiles`.
#[derive(Debug)]
pub struct Row {
    /// The number of the log entry that created it.
    pub number: i64,
    /// The user's id.
    pub user_id: Option<String>,
    /// The visible fields, as a JSON object.
    pub fields: String,
    /// The names of the redacted fields, as a JSON array.
    pub redacted: String,
    /// The keys of the lookup values, as a JSON object.
    pub lookup_keys: String,
}

impl Row {
    fn new(number: i64, profile: &Profile) -> Result<Self> {
        let fields = profile.fields.iter();
        let visible: BTreeMap<&String, &Value<'_>> =
            fields.clone().filter_map(|(name, field)| Some((name, field.visible()?))).collect();
        let redacted: Vec<&String> =
            fields.filter(|(_, field)| field.is_redacted()).map(|(name, _)| name).collect();
        Ok(Self {
            number,
            user_id: profile.user_id.clone(),
            fields: serde_json::to_string(&visible)?,
            redacted: serde_json::to_string(&redacted)?,
            lookup_keys: serde_json::to_string(&profile.lookup_keys)?,
        })
    }

    /// Reads the profile.
    ///
    /// # Errors
    ///
    /// Returns an error if a column is invalid.
    pub fn profile(&self) -> Result<Profile> {
        // A profile can outgrow the largest body, so it is read without the limits of `Fields`.
        let parser = Parser::new().max_bytes(usize::MAX).max_entries(usize::MAX);
        let Self { fields, redacted, .. } = self;
        let body =
            format!(r#"{{"data":{fields},"redacted":{redacted},"meta":{{"operation":"data_update"}}}}"#);
        let payload = parser.parse(body.as_bytes())?;
        let fields = payload.fields().iter().map(|(name, field)| (name.to_owned(), owned(field)));
        Ok(Profile {
            user_id: self.user_id.clone(),
            fields: fields.collect(),
            lookup_keys: serde_json::from_str(&self.lookup_keys)?,
        })
    }
}

fn owned(field: &Redactable<Value<'_>>) -> Redactable<Value<'static>> {
    field.clone().map(Value::into_owned)
}

/// The reason why a key finds a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A visible field has the value.
    Field,
    /// The lookup value belongs to the profile. It belongs to no other.
    Lookup,
}

/// A key, the reason why it finds a profile, and the profile's number.
pub type Identifier = (Key, By, i64);

/// The user ids and keys of a batch, which have to be loaded.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The user ids.
    pub user_ids: BTreeSet<String>,
    /// The keys of the lookup values.
    pub keys: BTreeSet<Key>,
}

/// The profiles and tombstones of the [`Wanted`] that exist.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The profiles that have one of the ids or keys.
    pub profiles: Vec<Row>,
    /// The wanted ids that are deleted.
    pub tombstones: Vec<String>,
}

/// The changes of a batch to the store. Rows are removed first and then written.
#[derive(Debug, Default)]
pub struct Changes {
    /// Profiles that are deleted.
    pub removed_profiles: Vec<i64>,
    /// Identifiers that no longer find a profile.
    pub removed_identifiers: Vec<Identifier>,
    /// Ids that are in use again.
    pub removed_tombstones: Vec<String>,
    /// Profiles that are new or changed.
    pub profiles: Vec<Row>,
    /// Identifiers that are new.
    pub identifiers: Vec<Identifier>,
    /// Ids that are deleted.
    pub tombstones: Vec<String>,
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
    entries: Vec<(&'e Entry, Result<Payload<'e>, Refusal>)>,
}

impl<'e> Batch<'e> {
    /// Reads the bodies.
    #[must_use]
    pub fn new(entries: &'e [Entry]) -> Self {
        Self { entries: entries.iter().map(|entry| (entry, delivery::read(&entry.body))).collect() }
    }

    /// Returns the user ids and keys of the entries.
    #[must_use]
    pub fn wanted(&self, salt: &Salt) -> Wanted {
        let mut wanted = Wanted::default();
        for payload in self.entries.iter().filter_map(|(_, payload)| payload.as_ref().ok()) {
            wanted.user_ids.extend(payload.user_id().map(|id| id.as_str().to_owned()));
            wanted.keys.extend(salt.keys(payload).map(|(_, key)| key));
        }
        wanted
    }

    /// Applies the entries, in their order.
    ///
    /// # Errors
    ///
    /// Returns an error if the store contains an invalid profile.
    pub fn apply(self, salt: &Salt, loaded: &Loaded) -> Result<Changes> {
        let mut part = Part::new(salt, loaded)?;
        let (before, tombstones) = (part.profiles.clone(), &loaded.tombstones);
        let mut changes = Changes::default();
        for (entry, payload) in self.entries {
            let applied = match payload {
                Ok(payload) => Some(part.apply(entry.seq, &payload)),
                Err(Refusal { code, .. }) => {
                    let digest = hex(&Sha256::digest(&entry.body));
                    let body = entry.body.clone();
                    changes.dead_letters.push(DeadLetter { digest, seq: entry.seq, code, body });
                    None
                }
            };
            changes.applied.push(applied);
        }

        for number in part.changed {
            let [before, after] = [before.get(&number), part.profiles.get(&number)];
            match after {
                None => changes.removed_profiles.push(number),
                Some(after) => changes.profiles.push(Row::new(number, after)?),
            }
            let [before, after] = [before, after]
                .map(|profile| profile.map(|it| it.identifiers(number, salt)).unwrap_or_default());
            changes.removed_identifiers.extend(before.difference(&after).cloned());
            changes.identifiers.extend(after.difference(&before).cloned());
        }
        for (id, number) in part.ids {
            match number {
                None if !tombstones.contains(&id) => changes.tombstones.push(id),
                Some(_) if tombstones.contains(&id) => changes.removed_tombstones.push(id),
                _ => {}
            }
        }
        Ok(changes)
    }
}

/// The profiles, tombstones and identifiers that a batch of deliveries can read or change, loaded into memory.
struct Part<'s> {
    salt: &'s Salt,
    profiles: BTreeMap<i64, Profile>,
    /// The number of the profile with this id; `None` is a tombstone.
    ids: BTreeMap<String, Option<i64>>,
    index: BTreeSet<Identifier>,
    /// The numbers of the profiles that changed since they were loaded.
    changed: BTreeSet<i64>,
}

/// Lookup values find more than one profile.
struct Several;

impl<'s> Part<'s> {
    fn new(salt: &'s Salt, loaded: &Loaded) -> Result<Self> {
        let ids = loaded.tombstones.iter().map(|id| (id.clone(), None)).collect();
        let (profiles, index, changed) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let mut part = Self { salt, profiles, ids, index, changed };
        for row in &loaded.profiles {
            part.put(row.number, row.profile()?);
        }
        part.changed.clear();
        Ok(part)
    }

    fn apply(&mut self, seq: i64, payload: &Payload<'_>) -> Applied {
        let (is_delete, is_update) = match payload.operation() {
            Operation::DataInsert => (false, false),
            Operation::DataUpdate | Operation::VisibilityUpdate => (false, true),
            Operation::Delete => (true, false),
            Operation::Unknown(_) => return Applied::Ignored,
        };
        let id = payload.user_id().map(|id| id.as_str().to_owned());
        let keys: Vec<(&str, Key)> = self.salt.keys(payload).collect();
        let found = match id.as_ref().and_then(|id| self.ids.get(id)) {
            Some(Some(number)) => Ok(Some(*number)),
            Some(None) if is_update => return Applied::Ignored,
            Some(None) if is_delete => return Applied::Unchanged,
            Some(None) | None => self.find(&keys, id.is_some()),
        };
        match found {
            Err(Several) => Applied::Ambiguous,
            Ok(found) if is_delete => self.delete(found, id),
            Ok(found) => self.upsert(found, seq, id, keys, payload),
        }
    }

    /// Finds the profile of a delivery whose user id does not decide.
    fn find(&self, keys: &[(&str, Key)], has_id: bool) -> Result<Option<i64>, Several> {
        let mut found = None;
        for (_, key) in keys {
            let holder = self.holder(key).map(|holder| (key.clone(), By::Lookup, holder));
            let candidates = match holder {
                Some(holder) => vec![holder],
                None => self.index.range(range(key, By::Field)).cloned().collect(),
            };
            for (_, _, number) in candidates {
                // Two different ids are two different users.
                let is_other = has_id && self.profiles.get(&number).is_some_and(|it| it.user_id.is_some());
                if !is_other && found.replace(number).is_some_and(|before| before != number) {
                    return Err(Several);
                }
            }
        }
        Ok(found)
    }

    /// The profile that a lookup value belongs to.
    fn holder(&self, key: &Key) -> Option<i64> {
        self.index.range(range(key, By::Lookup)).next().map(|(_, _, number)| *number)
    }

    fn upsert(
        &mut self,
        found: Option<i64>,
        seq: i64,
        id: Option<String>,
        keys: Vec<(&str, Key)>,
        payload: &Payload<'_>,
    ) -> Applied {
        // A profile has the number of the entry that created it, so no two get the same one.
        let number = found.unwrap_or(seq);
        let has_passed = self.release(number, &keys);
        let before = self.profiles.get(&number);
        let mut after = before.cloned().unwrap_or_default();
        after.user_id = after.user_id.or(id);
        after.fields.extend(payload.fields().iter().map(|(name, field)| (name.to_owned(), owned(field))));
        after.lookup_keys.extend(keys.into_iter().map(|(field, key)| (field.to_owned(), key)));
        let applied = match before {
            None => Applied::Created,
            Some(before) if *before == after && !has_passed => Applied::Unchanged,
            Some(_) => Applied::Updated,
        };
        if applied != Applied::Unchanged {
            self.put(number, after);
        }
        applied
    }

    fn delete(&mut self, found: Option<i64>, id: Option<String>) -> Applied {
        self.ids.extend(id.map(|id| (id, None)));
        let Some(profile) = found.and_then(|number| self.remove(number)) else { return Applied::Unchanged };
        self.ids.extend(profile.user_id.map(|id| (id, None)));
        Applied::Deleted
    }

    /// Removes the lookup values of a delivery from all other profiles. Returns `true` if one had any of them.
    fn release(&mut self, number: i64, keys: &[(&str, Key)]) -> bool {
        let mut has_passed = false;
        for (field, key) in keys {
            let Some(loser) = self.holder(key).filter(|holder| *holder != number) else { continue };
            self.index.remove(&(key.clone(), By::Lookup, loser));
            if let Some(profile) = self.profiles.get_mut(&loser) {
                profile.lookup_keys.remove(*field);
            }
            self.changed.insert(loser);
            has_passed = true;
        }
        has_passed
    }

    fn put(&mut self, number: i64, profile: Profile) {
        self.remove(number);
        self.index.extend(profile.identifiers(number, self.salt));
        self.ids.extend(profile.user_id.clone().map(|id| (id, Some(number))));
        self.profiles.insert(number, profile);
        self.changed.insert(number);
    }

    fn remove(&mut self, number: i64) -> Option<Profile> {
        let profile = self.profiles.remove(&number)?;
        self.changed.insert(number);
        for identifier in profile.identifiers(number, self.salt) {
            self.index.remove(&identifier);
        }
        Some(profile)
    }
}

fn range(key: &Key, by: By) -> std::ops::RangeInclusive<Identifier> {
    (key.clone(), by, i64::MIN)..=(key.clone(), by, i64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
