//! A copy of profiles, kept in step with the deliveries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};

use crate::error::ParseError;
use crate::payload::Payload;
use crate::payload::fields::Fields;
use crate::payload::operation::Operation;
use crate::payload::user_id::UserId;
use crate::subject::{Subject, USER_ID, comparable};
use crate::sync::decide::{Decision, Found, Reason, decide};
use crate::sync::index::Index;
use crate::sync::profile::Profile;

/// An in-memory copy of profiles that follows [the rules](super#the-rules) of this module.
///
/// A small service can use it as it is. A service with a database can apply the same deliveries to both in a test, and compare
/// them.
///
/// # What it keeps
///
/// - An update that repeats what is known is [`Unchanged`](Applied::Unchanged). So is a delete of an unknown user, although it
///   leaves a tombstone.
/// - Tombstones stay until [`forget_deleted`](Self::forget_deleted). A delete without a user id leaves its identifiers there.
/// - Two mirrors are equal if they have equal profiles, created in the same order, and the same tombstones.
///
/// # Cost
///
/// The time for a delivery grows with its own size, the size of its profile and the logarithm of the number of profiles, and not
/// with the number of profiles that share a value. Any field can identify a profile, so the mirror has an index entry of 16 bytes
/// for each field that shows a string or number, and no second copy of its value.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::sync::{Applied, Mirror};
/// use rownd_webhooks::testing::samples;
///
/// let mut mirror = Mirror::new();
/// mirror.apply(&rownd_webhooks::from_str(samples::DATA_INSERT)?)?;
/// let change = mirror.apply(&rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?)?;
/// assert_eq!(change.applied, Applied::Updated);
/// assert!(change.after.is_some_and(|juliet| juliet.fields().is_redacted("country")));
/// assert_eq!(mirror.find("email", "JRose@acme.com").unwrap().fields().len(), 5);
///
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::DELETE)?)?.applied, Applied::Deleted);
/// assert_eq!(mirror.apply(&rownd_webhooks::from_str(samples::DATA_UPDATE)?)?.applied, Applied::Ignored);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Default)]
pub struct Mirror {
    /// In the order of their creation.
    profiles: BTreeMap<u64, Profile>,
    /// The fields and values that identify deleted users; those for `user_id` are their ids.
    deleted: BTreeSet<(String, String)>,
    index: Index,
}

/// The result of [`Mirror::apply`].
///
/// [`Mirror::decide`] returns the reason why nothing would be done. To list what changed, compare the two profiles:
///
/// ```
/// use rownd_webhooks::sync::{Changes, Mirror};
/// use rownd_webhooks::{Fields, testing::samples};
///
/// let mut mirror = Mirror::new();
/// let nothing = Fields::default();
/// for (body, changed) in [(samples::DATA_INSERT, 4), (samples::DATA_UPDATE, 1), (samples::DATA_UPDATE, 0)] {
///     let change = mirror.apply(&rownd_webhooks::from_str(body)?)?;
///     let after = change.after.map_or(&nothing, |profile| profile.fields());
///     let before = match (&change.before, change.applied.label()) {
///         (Some(profile), _) => profile.fields(),
///         (None, "created") => &nothing,
///         (None, _) => after,
///     };
///     assert_eq!(Changes::between(before, after).len(), changed);
/// }
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'m> {
    /// The kind of the change.
    pub applied: Applied,
    /// The profile as it was, if it was changed or removed. It still contains the values that the delivery hides.
    pub before: Option<Profile>,
    /// The profile as it is now: `None` after a delete, or if no single profile matched.
    pub after: Option<&'m Profile>,
}

/// The kind of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// A profile was created.
    Created,
    /// A profile was changed.
    Updated,
    /// A profile was removed.
    Deleted,
    /// No profile changed: the delivery was a repeat, or a delete of a user who has no profile.
    Unchanged,
    /// No profile changed, because the identifiers lead to several profiles and no user id decides.
    Ambiguous,
    /// Nothing was done, because the operation is unknown or the user has been deleted.
    Ignored,
}

impl Applied {
    /// Returns the variant's name in lower case, as a label for metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Unchanged => "unchanged",
            Self::Ambiguous => "ambiguous",
            Self::Ignored => "ignored",
        }
    }
}

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
    /// Returns an error with the code `invalid` if the operation is known, but the payload identifies no user.
    pub fn apply(&mut self, payload: &Payload<'_>) -> Result<Change<'_>, ParseError> {
        let Some((subject, decision)) = self.decision(payload)? else {
            return Ok(Change::none(Applied::Ignored));
        };
        match payload.operation() {
            Operation::DataInsert => pairs(&subject).for_each(|pair| _ = self.deleted.remove(&pair)),
            Operation::Delete => self.deleted.extend(tombstones(&subject)),
            _ => {}
        }
        Ok(match decision {
            Decision::Create => {
                let number = self.profiles.last_key_value().map_or(0, |(last, _)| last + 1);
                let change = self.update(number, &subject, payload.fields());
                Change { applied: Applied::Created, before: None, ..change }
            }
            Decision::Update(number) => self.update(number, &subject, payload.fields()),
            Decision::Delete(number) => self.delete(number),
            Decision::Nothing(Reason::NotFound) => Change::none(Applied::Unchanged),
            Decision::Nothing(Reason::Ambiguous) => Change::none(Applied::Ambiguous),
            Decision::Nothing(Reason::Deleted | Reason::UnknownOperation) => Change::none(Applied::Ignored),
        })
    }

    /// Returns what [`apply`](Self::apply) would do, and to which profile.
    ///
    /// # Errors
    ///
    /// Returns an error as [`apply`](Self::apply) does.
    pub fn decide(&self, payload: &Payload<'_>) -> Result<Decision<&Profile>, ParseError> {
        let Some((_, decision)) = self.decision(payload)? else {
            return Ok(Decision::Nothing(Reason::UnknownOperation));
        };
        // Every number that is found belongs to a profile.
        let about = |number, act: fn(_) -> _| {
            self.profiles.get(&number).map_or(Decision::Nothing(Reason::NotFound), act)
        };
        Ok(match decision {
            Decision::Create => Decision::Create,
            Decision::Update(number) => about(number, Decision::Update),
            Decision::Delete(number) => about(number, Decision::Delete),
            Decision::Nothing(reason) => Decision::Nothing(reason),
        })
    }

    /// Returns the profile with this user id.
    #[must_use]
    pub fn get(&self, user_id: &str) -> Option<&Profile> {
        self.find(USER_ID, user_id)
    }

    /// Returns the only profile that a value identifies: one that shows it in the field, or else is remembered by it.
    ///
    /// A number is found by its text. For the field `user_id` this is [`get`](Self::get). Returns `None` if there are several
    /// such profiles.
    #[must_use]
    pub fn find(&self, field: &str, value: &str) -> Option<&Profile> {
        let value = comparable(field, value);
        let mut found = self.identified(field, &value, false);
        let first = found.next()?;
        if found.next().is_some() { None } else { self.profiles.get(&first) }
    }

    /// Iterates over the profiles, in the order of their creation.
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

    /// Iterates over the ids of deleted users, sorted.
    pub fn deleted_ids(&self) -> impl Iterator<Item = &str> {
        self.deleted.iter().filter(|(field, _)| field == USER_ID).map(|(_, id)| &**id)
    }

    /// Forgets all deleted users: their ids, and the identifiers of deletes without an id.
    pub fn forget_deleted(&mut self) {
        self.deleted.clear();
    }

    /// Returns the subject and what to do about it, or `None` if the operation is unknown, which needs no subject.
    fn decision<'a>(
        &self,
        payload: &Payload<'a>,
    ) -> Result<Option<(Subject<'a>, Decision<u64>)>, ParseError> {
        if let Operation::Unknown(_) = payload.operation() {
            return Ok(None);
        }
        let subject = payload.subject()?;
        let id = subject.user_id().map(UserId::as_str);
        let profile = id.and_then(|id| self.identified(USER_ID, id, false).next());
        let mut found = Found { profile, deleted: false, candidates: Vec::new() };
        if profile.is_none() {
            found.deleted = tombstones(&subject).any(|pair| self.deleted.contains(&pair));
            let identifiers: Vec<_> = subject.identifiers().collect();
            let mut all =
                identifiers.iter().flat_map(|(field, value)| self.identified(field, value, id.is_some()));
            let first = all.next();
            // One that differs is enough, however many profiles share a value.
            let other = all.find(|number| Some(*number) != first);
            found.candidates.extend(first.into_iter().chain(other));
        }
        let decision = decide(payload.operation(), &subject, found);
        Ok(Some((subject, decision)))
    }

    /// Iterates over the numbers of the profiles that a value in comparable form identifies.
    fn identified(&self, field: &str, value: &str, are_without_id: bool) -> impl Iterator<Item = u64> {
        self.index.numbers(field, value, are_without_id).filter(move |number| {
            let key = self.profiles.get(number).and_then(|profile| profile.key(field));
            key.is_some_and(|key| comparable(field, key) == value)
        })
    }

    /// Writes the profile with this number, a new one if there is none.
    fn update(&mut self, number: u64, subject: &Subject<'_>, fields: &Fields<'_>) -> Change<'_> {
        let profile = self.profiles.entry(number).or_default();
        let before = profile.clone();
        profile.write(subject, fields);
        if *profile == before {
            return Change { applied: Applied::Unchanged, before: None, after: Some(profile) };
        }
        self.index.replace(number, &before, profile);
        Change { applied: Applied::Updated, before: Some(before), after: Some(profile) }
    }

    fn delete(&mut self, number: u64) -> Change<'_> {
        let before = self.profiles.remove(&number).unwrap_or_default();
        self.index.replace(number, &before, &Profile::default());
        self.deleted.extend(before.user_id().map(|id| (USER_ID.to_owned(), id.into())));
        Change { applied: Applied::Deleted, before: Some(before), after: None }
    }
}

impl Change<'_> {
    fn none(applied: Applied) -> Self {
        Self { applied, before: None, after: None }
    }
}

/// Iterates over the user id, if there is one, and the identifiers.
fn pairs(subject: &Subject<'_>) -> impl Iterator<Item = (String, String)> {
    let id = subject.user_id().map(|id| (USER_ID, id.as_str().into()));
    let pairs = id.into_iter().chain(subject.identifiers());
    pairs.map(|(field, value)| (field.to_owned(), value.into_owned()))
}

/// Iterates over the tombstones that a delete leaves and an update meets: the user id, or else the identifiers.
fn tombstones(subject: &Subject<'_>) -> impl Iterator<Item = (String, String)> {
    let count = if subject.user_id().is_some() { 1 } else { usize::MAX };
    pairs(subject).take(count)
}

impl PartialEq for Mirror {
    fn eq(&self, other: &Self) -> bool {
        self.deleted == other.deleted && self.iter().eq(other.iter())
    }
}

impl Eq for Mirror {}

impl Debug for Mirror {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
