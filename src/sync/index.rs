//! An index of profiles by what identifies them.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::subject::comparable;
use crate::sync::profile::Profile;

/// Profile numbers by the hash of each key, which avoids a second copy of every value.
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
        let last = first | u64::from(!are_without_id);
        self.entries.range((first, 0)..).take_while(move |(hash, _)| *hash <= last).map(|(_, number)| *number)
    }

    /// Replaces the keys of the profile with this number. A profile that is absent has the keys of the default: none.
    pub(super) fn replace(&mut self, number: u64, before: &Profile, after: &Profile) {
        let (old_has_id, new_has_id) = (before.user_id().is_some(), after.user_id().is_some());
        // Once the profile has a user id, all of its entries are others.
        let is_kept = |key: Option<&str>, text| key == Some(text) && old_has_id == new_has_id;
        for (field, text) in before.keys().filter(|(field, text)| !is_kept(after.key(field), *text)) {
            self.entries.remove(&(self.hash(field, text, old_has_id), number));
        }
        for (field, text) in after.keys().filter(|(field, text)| !is_kept(before.key(field), *text)) {
            self.entries.insert((self.hash(field, text, new_has_id), number));
        }
    }

    fn hash(&self, field: &str, value: &str, has_id: bool) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(field.as_bytes());
        hasher.write_u8(0xff); // never in UTF-8, so it separates field and value
        hasher.write(comparable(field, value).as_bytes());
        hasher.finish() & !1 | u64::from(has_id)
    }
}
