//! An index of profiles by what identifies them.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use crate::subject::comparable;
use crate::sync::profile::Profile;

/// The numbers of profiles, by their keys: every field can be one, so only hashes are kept, and no second copy of a value.
#[derive(Clone, Default)]
pub(super) struct Index {
    /// The hash of a key, with whether the profile has a user id as its lowest bit, and the number of the profile.
    entries: BTreeSet<(u64, u64)>,
    /// Randomly keyed, so that a sender cannot choose values whose hashes collide.
    hasher: RandomState,
}

impl Index {
    /// Iterates over the numbers of the profiles that may have this key. Hashes can collide, so compare the profile.
    pub(super) fn numbers(
        &self,
        field: &str,
        value: &str,
        are_without_id: bool,
    ) -> impl Iterator<Item = u64> {
        let first = self.hash(field, value, false);
        let last = if are_without_id { first } else { self.hash(field, value, true) };
        self.entries.range((first, 0)..=(last, u64::MAX)).map(|(_, number)| *number)
    }

    /// Replaces the keys of a profile, in time that grows with the keys that differ.
    pub(super) fn replace(&mut self, number: u64, before: Option<&Profile>, after: Option<&Profile>) {
        for (field, text, has_id) in different(before, after) {
            self.entries.remove(&(self.hash(field, text, has_id), number));
        }
        for (field, text, has_id) in different(after, before) {
            self.entries.insert((self.hash(field, text, has_id), number));
        }
    }

    fn hash(&self, field: &str, value: &str, has_id: bool) -> u64 {
        self.hasher.hash_one((field, comparable(field, value))) & !1 | u64::from(has_id)
    }
}

/// Iterates over the keys of `one` that `other` lacks, and whether `one` has a user id.
fn different<'p>(
    one: Option<&'p Profile>,
    other: Option<&'p Profile>,
) -> impl Iterator<Item = (&'p str, &'p str, bool)> {
    one.into_iter().flat_map(move |one| {
        let has_id = one.user_id().is_some();
        // An index entry says whether there is an id, so a new id changes all of them.
        let other = other.filter(|other| other.user_id().is_some() == has_id);
        let keys =
            one.keys().filter(move |(field, text)| other.and_then(|other| other.key(field)) != Some(text));
        keys.map(move |(field, text)| (field, text, has_id))
    })
}
