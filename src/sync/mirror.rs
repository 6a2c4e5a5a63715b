//! A copy of profiles, kept in step with the deliveries.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::hash::{BuildHasher, RandomState};

use crate::event::Subject;
use crate::fields::Fields;
use crate::lookup::LookupValue;
use crate::operation::Operation;
use crate::payload::Payload;
use crate::redactable::Redactable;
use crate::user_id::UserId;
use crate::validate::ValidationError;
use crate::value::Value;

/// An in-memory copy of profiles, and the reference for what a correct receiver's store does.
///
/// A small service can use it as it is. Other services can apply the same deliveries to their own store and to a mirror in a
/// test, and compare the two.
///
/// # Which profile a delivery is about
///
/// - The user id decides, if the mirror knows it. Profiles with different ids are never merged.
/// - Otherwise the lookup values decide. A delivery without an id can find any profile. A delivery with an id that is not known
///   yet can find only a profile without an id, which adopts this id.
/// - A profile keeps the lookup values of the deliveries about it, the latest one per field, whether or not that field is
///   redacted. Each value belongs to one profile, the one for which a delivery named it last; any other profile loses it. A delete takes no
///   value from anybody.
/// - A lookup value that belongs to no profile finds the profile whose visible field of that name has this value.
/// - Lookup values that find several profiles are [`Ambiguous`](Applied::Ambiguous), and nothing is done.
/// - `email` is compared without regard to ASCII case, everything else exactly. Redacted and empty values find no profile.
///
/// # What a delivery does
///
/// - Visible fields are written and redacted fields erased; fields that the body does not mention stay.
/// - A delete leaves a tombstone: for the id of the delivery, known or not, and for the id of the profile that it removes. Updates of a
///   deleted id are [`Ignored`](Applied::Ignored), because deliveries overtake one another. Only a `data_insert` ends a tombstone.
///
/// # Cost
///
/// A delivery costs time proportional to its own size and that of the profile, and a logarithm of the number of profiles. To find a
/// profile by any of its fields without keeping a second copy of the values, the mirror stores a hash of 64 bits for every
/// lookup value and for every field that is text or a number, about 30 bytes each. Tombstones are kept forever.
///
/// Two mirrors are equal if they hold equal profiles, created in the same order, and the same tombstones.
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
    /// What profiles are found by: the hash of a field's name and value, then the profile's number.
    index: BTreeSet<(u64, By, u64)>,
    /// Randomly keyed, so that nobody can send values whose hashes collide.
    hasher: RandomState,
}

/// Why a value finds a profile. The order separates the parts of the index that a delivery has to search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    LookupValue,
    FieldWithoutId,
    FieldWithId,
}

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
    /// Nothing was done, because this version does not know the operation, or because the user has been deleted.
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
    /// As [`Payload::into_event`]: the operation is known, but the payload has neither a user id nor a usable lookup value.
    pub fn apply(&mut self, payload: &Payload<'_>) -> Result<Applied, ValidationError> {
        let is_delete = match payload.operation() {
            Operation::Unknown(_) => return Ok(Applied::Ignored),
            operation => *operation == Operation::Delete,
        };
        let subject = Subject::of(payload)?;
        let can_revive = *payload.operation() == Operation::DataInsert;
        let found = match subject.user_id().and_then(|id| self.ids.get(id.as_str())) {
            Some(Some(number)) => Ok(Some(*number)),
            Some(None) if !is_delete && !can_revive => return Ok(Applied::Ignored),
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

    /// Returns the profile that has this lookup value, otherwise the only profile that has this value in a visible field.
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

    fn find_by_lookup_values(&self, subject: &Subject<'_>) -> Result<Option<u64>, Several> {
        // A profile that has another id than the delivery is somebody else's.
        let has_id = subject.user_id().is_some();
        let last = if has_id { By::FieldWithoutId } else { By::FieldWithId };
        let mut found = None;
        for (field, value) in identifiers(subject) {
            for number in self.candidates(field, value, last) {
                let is_other =
                    has_id && self.profiles.get(&number).is_some_and(|profile| profile.id.is_some());
                if !is_other && found.replace(number).is_some_and(|before| before != number) {
                    return Err(Several);
                }
            }
        }
        Ok(found)
    }

    /// The profile that holds a lookup value, otherwise those with that value in a field, up to this part of the index.
    fn candidates(&self, field: &str, value: &str, last: By) -> impl Iterator<Item = u64> {
        let holder = self.matches(field, value, By::LookupValue, By::LookupValue).next();
        let rest = holder.is_none().then(|| self.matches(field, value, By::FieldWithoutId, last));
        holder.into_iter().chain(rest.into_iter().flatten())
    }

    /// The profiles in a part of the index. They are looked at, since the index stores hashes.
    fn matches(&self, field: &str, value: &str, first: By, last: By) -> impl Iterator<Item = u64> {
        let hash = self.hash(field, value);
        let entries = self.index.range((hash, first, 0)..=(hash, last, u64::MAX));
        let is_match = move |by: By, profile: &Profile| match by {
            By::LookupValue => profile.has_lookup_value(field, value),
            By::FieldWithoutId | By::FieldWithId => profile.has_field(field, value),
        };
        entries
            .filter(move |(_, by, number)| {
                self.profiles.get(number).is_some_and(|profile| is_match(*by, profile))
            })
            .map(|(_, _, number)| *number)
    }

    fn upsert(&mut self, found: Option<u64>, subject: &Subject<'_>, fields: &Fields<'_>) -> Applied {
        let number = found.unwrap_or(self.next_number);
        let before = self.profiles.get(&number);
        let mut after = before.cloned().unwrap_or_default();
        after.id = after.id.or_else(|| subject.user_id().map(|id| id.as_str().to_owned()));
        after.fields.merge(fields.clone().into_owned());
        after.keep(subject.lookup_values());

        let applied = match before {
            None => Applied::Created,
            Some(before) if *before == after => Applied::Unchanged,
            Some(_) => Applied::Updated,
        };
        let has_passed = self.release(number, subject);
        if applied == Applied::Unchanged {
            return if has_passed { Applied::Updated } else { applied };
        }
        if let Some(id) = &after.id {
            self.ids.insert(id.clone(), Some(number));
        }
        self.next_number = self.next_number.max(number + 1);
        self.put(number, Some(after));
        applied
    }

    fn delete(&mut self, found: Option<u64>, subject: &Subject<'_>) -> Applied {
        let removed = found.and_then(|number| self.put(number, None));
        let is_removed = removed.is_some();
        let deleted = subject.user_id().map(|id| id.as_str().to_owned());
        for id in deleted.into_iter().chain(removed.and_then(|profile| profile.id)) {
            self.ids.insert(id, None);
        }
        if is_removed { Applied::Deleted } else { Applied::Unchanged }
    }

    /// Takes the lookup values of a delivery from all profiles but its own. Returns `true` if one had to give something up.
    fn release(&mut self, number: u64, subject: &Subject<'_>) -> bool {
        let named: BTreeSet<_> =
            identifiers(subject).map(|(field, value)| (field, comparable(field, value))).collect();
        let holders = named
            .iter()
            .flat_map(|(field, value)| self.matches(field, value, By::LookupValue, By::LookupValue));
        let losers: BTreeSet<u64> = holders.filter(|holder| *holder != number).collect();
        for loser in &losers {
            let profile = self.profiles.get(loser).cloned().map(|mut profile| {
                profile.lookup_values.retain(|lookup| {
                    let value = lookup.usable().unwrap_or_default();
                    !named.contains(&(lookup.field(), comparable(lookup.field(), value)))
                });
                profile
            });
            self.put(*loser, profile);
        }
        !losers.is_empty()
    }

    /// Replaces a profile, and keeps the index in step. Returns the profile that was there.
    fn put(&mut self, number: u64, profile: Option<Profile>) -> Option<Profile> {
        let before = self.profiles.remove(&number);
        for entry in before.iter().flat_map(|before| before.index_entries()) {
            self.index.remove(&(self.hash(entry.1, entry.2), entry.0, number));
        }
        if let Some(profile) = profile {
            for (by, field, value) in profile.index_entries() {
                self.index.insert((self.hash(field, value), by, number));
            }
            self.profiles.insert(number, profile);
        }
        before
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

/// A profile in a [`Mirror`]. `Debug` shows the user id, names, types and lengths, and no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    id: Option<String>,
    fields: Fields<'static>,
    /// Sorted by field, one for each.
    lookup_values: Vec<LookupValue<'static>>,
}

impl Profile {
    /// Returns the user's id, if a delivery has named it. The profile keeps it even if the field `user_id` is redacted later.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.id.as_deref().and_then(UserId::new)
    }

    /// Returns the fields: visible with their latest value, or redacted.
    #[must_use]
    pub fn fields(&self) -> &Fields<'static> {
        &self.fields
    }

    /// Returns the lookup values that belong to this profile, sorted by field, one for each field.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'static>] {
        &self.lookup_values
    }

    /// Keeps the usable lookup values of a delivery, the last one per field. One that compares equal stays as it is.
    fn keep(&mut self, lookup_values: &[LookupValue<'_>]) {
        let usable =
            lookup_values.iter().filter_map(|lookup| Some((lookup.field(), (lookup, lookup.usable()?))));
        let mut latest: BTreeMap<_, _> = usable.collect();
        latest.retain(|field, (_, value)| !self.has_lookup_value(field, value));
        self.lookup_values.retain(|lookup| !latest.contains_key(lookup.field()));
        self.lookup_values.extend(latest.into_values().map(|(lookup, _)| lookup.clone().into_owned()));
        self.lookup_values.sort_by(|before, after| before.field().cmp(after.field()));
    }

    fn has_lookup_value(&self, field: &str, value: &str) -> bool {
        let position = self.lookup_values.binary_search_by(|lookup| lookup.field().cmp(field)).ok();
        let held = position.and_then(|position| self.lookup_values.get(position)?.usable());
        held.is_some_and(|held| comparable(field, held) == comparable(field, value))
    }

    fn has_field(&self, field: &str, value: &str) -> bool {
        let text = self.fields.get(field).and_then(text);
        text.is_some_and(|text| comparable(field, text) == comparable(field, value))
    }

    /// What the profile is found by: the part of the index, field and value.
    fn index_entries(&self) -> impl Iterator<Item = (By, &str, &str)> {
        let by_field = if self.id.is_some() { By::FieldWithId } else { By::FieldWithoutId };
        let fields = self.fields.iter().filter_map(move |(name, field)| Some((by_field, name, text(field)?)));
        let lookup_values = self
            .lookup_values
            .iter()
            .filter_map(|lookup| Some((By::LookupValue, lookup.field(), lookup.usable()?)));
        fields.chain(lookup_values)
    }
}

impl Debug for Profile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("user_id", &self.user_id())
            .field("fields", &self.fields)
            .field("lookup_values", &self.lookup_values)
            .finish()
    }
}

/// The usable lookup values: fields and values.
fn identifiers<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s str, &'s str)> {
    subject.lookup_values().iter().filter_map(|lookup| Some((lookup.field(), lookup.usable()?)))
}

/// The text of a field that a lookup value can find: a string or a number, visible and not empty.
fn text<'f>(field: &'f Redactable<Value<'_>>) -> Option<&'f str> {
    let text = match field.visible()? {
        Value::String(text) => text,
        Value::Number(number) => number.as_str(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A value such that equal ones have one text: `email` in lower case, everything else as it is.
fn comparable<'v>(field: &str, value: &'v str) -> Cow<'v, str> {
    if field == "email" { value.to_ascii_lowercase().into() } else { value.into() }
}
