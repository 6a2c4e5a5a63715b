//! A copy of profiles, kept in step with the deliveries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::hash::{BuildHasher, RandomState};

use crate::error::ParseError;
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::payload::lookup::identifiers;
use crate::payload::operation::Operation;
use crate::subject::{Subject, comparable};
use crate::sync::profile::{By, Profile};

/// An in-memory copy of profiles, and the reference for what a correct receiver's store does.
///
/// A small service can use it as it is. A service with a store of its own can apply the same deliveries to both in a test, and
/// compare them.
///
/// # Which profile a delivery is about
///
/// - The user id decides, if the mirror knows it, be it that of a deleted user. Profiles with different ids are never merged.
/// - Otherwise the lookup values decide. A delivery without an id can find any profile. A delivery with an id that is not
///   known yet can find only a profile without an id, and that profile adopts the id.
/// - A profile keeps the lookup values of the deliveries about it, even if the field is redacted, and at most one per
///   field: a new address replaces the old one, which then no longer finds the profile.
/// - A lookup value belongs to the profile for which a delivery named it last, and the others lose it. A delete does not take one away.
/// - A lookup value that belongs to no profile finds the profile whose visible field of that name has this value.
/// - Lookup values that find several profiles are [`Ambiguous`](Applied::Ambiguous), and nothing is done.
/// - `email` is compared without regard to ASCII case, everything else exactly. Redacted and empty values find no profile.
///
/// # What a delivery does
///
/// - Visible fields are written. Of a redacted field the value is erased, and its name stays. Fields that the body does not
///   mention stay.
/// - A delete leaves a tombstone for its id, known or not, and for the id of the profile that it removes. Deliveries overtake
///   one another, so updates of a deleted id are [`Ignored`](Applied::Ignored), and another delete finds nobody. Only a `data_insert` ends
///   a tombstone.
/// - A delivery without an id cannot be recognised as late or repeated. An update of that kind creates a profile again, and the
///   repeat of a delete finds the user who has the address in a visible field by then.
///
/// # Cost
///
/// The time for a delivery grows with its own size, the size of its profile and the logarithm of the number of profiles. To
/// find a profile by any field without a second copy of the values, the mirror keeps a hash for every lookup value and for
/// every field that is text or a number, about 35 bytes each. Tombstones are kept forever.
///
/// Two mirrors are equal if they hold equal profiles, created in the same order, and the same tombstones.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::sync::{Applied, Mirror};
/// use rownd_webhooks::testing::samples;
///
/// let mut mirror = Mirror::new();
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::DATA_INSERT)?)?, Applied::Created);
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?)?, Applied::Updated);
/// let juliet = mirror.find("email", "JRose@acme.com").unwrap();
/// assert!(juliet.fields().get("country").unwrap().is_redacted());
///
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::DELETE)?)?, Applied::Deleted);
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::DATA_UPDATE)?)?, Applied::Ignored);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Mirror {
    /// In the order of their creation.
    profiles: BTreeMap<u64, Profile>,
    next_number: u64,
    /// The number of the profile with this id; `None` is a tombstone.
    ids: BTreeMap<String, Option<u64>>,
    /// What the profiles are found by.
    index: BTreeSet<Entry>,
    /// Randomly keyed, so that a sender cannot choose values whose hashes collide.
    hasher: RandomState,
}

/// The hash of a field's name and value, and the number of a profile that has them.
type Entry = (u64, By, u64);

/// What [`Mirror::apply`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// A profile was created.
    Created,
    /// A profile was changed, or a lookup value passed to another profile.
    Updated,
    /// A profile was removed.
    Deleted,
    /// Nothing changed: the delivery was a repeat, or a delete of a user who has no profile.
    Unchanged,
    /// Nothing was done, because the lookup values find several profiles and no user id decides.
    Ambiguous,
    /// Nothing was done, because the operation is unknown or the user has been deleted.
    Ignored,
}

/// Lookup values find more than one profile.
struct Several;

impl Mirror {
    /// Creates an empty mirror.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies a delivery.
    ///
    /// # Errors
    ///
    /// As for [`Payload::into_event`]: the operation is known, but the payload identifies no user.
    pub fn apply(&mut self, payload: &Payload<'_>) -> Result<Applied, ParseError> {
        let (is_delete, is_update) = match payload.operation() {
            Operation::Unknown(_) => return Ok(Applied::Ignored),
            Operation::DataInsert => (false, false),
            Operation::DataUpdate | Operation::VisibilityUpdate => (false, true),
            Operation::Delete => (true, false),
        };
        let subject = payload.subject()?;
        let found = match subject.user_id().and_then(|id| self.ids.get(id.as_str())) {
            Some(Some(number)) => Ok(Some(*number)),
            Some(None) if is_update => return Ok(Applied::Ignored),
            Some(None) if is_delete => return Ok(Applied::Unchanged),
            Some(None) | None => self.find_by_lookup_values(&subject),
        };
        Ok(match found {
            Err(Several) => Applied::Ambiguous,
            Ok(found) if is_delete => self.delete(found, &subject),
            Ok(found) => self.upsert(found, &subject, payload.fields()),
        })
    }

    /// Returns the profile with this user id.
    #[must_use]
    pub fn get(&self, user_id: &str) -> Option<&Profile> {
        self.profiles.get(self.ids.get(user_id)?.as_ref()?)
    }

    /// Returns the profile that has this lookup value, or else the only one that has this value in a visible field.
    ///
    /// A number is found by its text. Returns `None` if several profiles have the value in a field.
    #[must_use]
    pub fn find(&self, field: &str, value: &str) -> Option<&Profile> {
        let mut candidates = self.candidates(field, value, By::FieldWithId);
        let found = candidates.next()?;
        if candidates.next().is_some() { None } else { self.profiles.get(&found) }
    }

    /// Returns the profiles, in the order of their creation.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    /// Returns the number of profiles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.profiles.len()
    }

    /// Returns `true` if there are no profiles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.profiles.is_empty()
    }

    /// Finds the profile that a delivery is about, where its user id does not decide.
    fn find_by_lookup_values(&self, subject: &Subject<'_>) -> Result<Option<u64>, Several> {
        let has_id = subject.user_id().is_some();
        let last = if has_id { By::FieldWithoutId } else { By::FieldWithId };
        let mut found = None;
        for (field, value) in identifiers(subject.lookup_values()) {
            for number in self.candidates(field, value, last) {
                // Two different ids are two different users.
                let is_other = has_id && self.profiles.get(&number).is_some_and(|other| other.id.is_some());
                if !is_other && found.replace(number).is_some_and(|before| before != number) {
                    return Err(Several);
                }
            }
        }
        Ok(found)
    }

    /// Returns the profile that has a lookup value, or else those that have it in a field, up to the part `last` of the index.
    fn candidates(&self, field: &str, value: &str, last: By) -> impl Iterator<Item = u64> {
        let holder = self.holder(field, value);
        let others = holder.is_none().then(|| self.matches(field, value, By::FieldWithoutId, last));
        holder.into_iter().chain(others.into_iter().flatten())
    }

    /// Returns the profile that has a lookup value. There is never a second one.
    fn holder(&self, field: &str, value: &str) -> Option<u64> {
        self.matches(field, value, By::LookupValue, By::LookupValue).next()
    }

    /// Returns the profiles in a part of the index, each compared with the value, because hashes can collide.
    fn matches(&self, field: &str, value: &str, first: By, last: By) -> impl Iterator<Item = u64> {
        let hash = self.hash(field, value);
        let entries = self.index.range((hash, first, 0)..=(hash, last, u64::MAX));
        entries.filter_map(move |(_, by, number)| {
            let profile = self.profiles.get(number)?;
            let has_value = match by {
                By::LookupValue => profile.has_lookup_value(field, value),
                By::FieldWithoutId | By::FieldWithId => profile.has_field(field, value),
            };
            has_value.then_some(*number)
        })
    }

    fn upsert(&mut self, found: Option<u64>, subject: &Subject<'_>, fields: &Fields<'_>) -> Applied {
        let number = found.unwrap_or(self.next_number);
        let has_passed = self.release(number, subject);
        let before = self.profiles.get(&number);
        let mut after = before.cloned().unwrap_or_default();
        after.id = after.id.or_else(|| subject.user_id().map(|id| id.as_str().to_owned()));
        after.fields.merge(fields.clone().into_owned());
        after.keep(subject.lookup_values());
        let applied = match before {
            None => Applied::Created,
            Some(before) if *before == after && !has_passed => Applied::Unchanged,
            Some(_) => Applied::Updated,
        };
        if applied != Applied::Unchanged {
            self.next_number = self.next_number.max(number + 1);
            self.ids.extend(after.id.clone().map(|id| (id, Some(number))));
            self.put(number, Some(after));
        }
        applied
    }

    fn delete(&mut self, found: Option<u64>, subject: &Subject<'_>) -> Applied {
        self.ids.extend(subject.user_id().map(|id| (id.as_str().to_owned(), None)));
        let Some(profile) = found.and_then(|number| self.put(number, None)) else {
            return Applied::Unchanged;
        };
        self.ids.extend(profile.id.map(|id| (id, None)));
        Applied::Deleted
    }

    /// Takes the lookup values of a delivery from other profiles. Returns `true` if one had any of them.
    fn release(&mut self, number: u64, subject: &Subject<'_>) -> bool {
        let mut losses: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
        for (field, value) in identifiers(subject.lookup_values()) {
            if let Some(loser) = self.holder(field, value).filter(|holder| *holder != number) {
                self.index.remove(&(self.hash(field, value), By::LookupValue, loser));
                losses.entry(loser).or_default().insert(field);
            }
        }
        for (loser, fields) in &losses {
            if let Some(profile) = self.profiles.get_mut(loser) {
                profile.lookup_values.retain(|lookup| !fields.contains(lookup.field()));
            }
        }
        !losses.is_empty()
    }

    /// Replaces or removes a profile, and changes the index where it differs. Returns the profile that was there.
    fn put(&mut self, number: u64, profile: Option<Profile>) -> Option<Profile> {
        let before = self.profiles.remove(&number);
        let old = self.entries(number, before.as_ref());
        let new = self.entries(number, profile.as_ref());
        for entry in old.difference(&new) {
            self.index.remove(entry);
        }
        self.index.extend(new.difference(&old));
        self.profiles.extend(profile.map(|profile| (number, profile)));
        before
    }

    fn entries(&self, number: u64, profile: Option<&Profile>) -> BTreeSet<Entry> {
        let values = profile.into_iter().flat_map(Profile::found_by);
        values.map(|(by, field, value)| (self.hash(field, value), by, number)).collect()
    }

    fn hash(&self, field: &str, value: &str) -> u64 {
        self.hasher.hash_one((field, comparable(field, value)))
    }

    fn tombstones(&self) -> impl Iterator<Item = &String> {
        self.ids.iter().filter(|(_, number)| number.is_none()).map(|(id, _)| id)
    }
}

impl PartialEq for Mirror {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter()) && self.tombstones().eq(other.tombstones())
    }
}

impl Eq for Mirror {}

impl Debug for Mirror {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
