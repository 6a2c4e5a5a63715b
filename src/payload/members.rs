//! Lists of named values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::{iter, mem};

use serde::{Serialize, Serializer};

use crate::json::printable::DebugName;

/// Named values, sorted by name, each name once.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Members<'a, T>(Vec<Member<'a, T>>);

pub(crate) type Member<'a, T> = (Cow<'a, str>, T);

impl<'a, T> Members<'a, T> {
    /// Sorts the members. Returns `None` if two have the same name.
    pub(crate) fn new(mut members: Vec<Member<'a, T>>) -> Option<Self> {
        // Comparing three words costs far less than comparing names, and puts nearly every long list in order.
        if members.len() > 20 && !members.is_sorted_by(|(before, _), (after, _)| before <= after) {
            members.sort_by_cached_key(|(name, _)| first_words(name));
        }
        let mut has_equal = false;
        members.sort_unstable_by(|(before, _), (after, _)| {
            let order = before.as_bytes().cmp(after.as_bytes());
            has_equal |= order.is_eq();
            order
        });
        // The sort has compared any equal members, but it may also have compared a member with itself.
        if has_equal && !members.is_sorted_by(|(before, _), (after, _)| before < after) {
            return None;
        }
        Some(Self(members))
    }

    /// Sorts the members. If several have the same name, the last one stays, as in a map.
    pub(crate) fn with_last(mut members: Vec<Member<'a, T>>) -> Self {
        // Of equal names, the first stays.
        members.reverse();
        members.sort_by(|(before, _), (after, _)| before.cmp(after));
        members.dedup_by(|(one, _), (other, _)| one == other);
        Self(members)
    }

    pub(crate) fn as_slice(&self) -> &[Member<'a, T>] {
        &self.0
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> + DoubleEndedIterator + Clone {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.position(name).ok().and_then(|index| self.0.get(index)).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.position(name).ok().and_then(|index| self.0.get_mut(index)).map(|(_, value)| value)
    }

    pub(crate) fn insert(&mut self, name: Cow<'a, str>, value: T) -> Option<T> {
        match self.position(&name) {
            Ok(index) => self.0.get_mut(index).map(|(_, old)| mem::replace(old, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<T> {
        self.position(name).ok().map(|index| self.0.remove(index).1)
    }

    /// Adds members, which replace those with the same name, in linear time.
    pub(crate) fn merge(&mut self, newer: Self) {
        let mut members = mem::take(&mut self.0);
        members.extend(newer.0);
        *self = Self::with_last(members);
    }

    pub(crate) fn into_owned<U>(self, into_owned: impl Fn(T) -> U) -> Members<'static, U> {
        let members = self.0.into_iter();
        Members(members.map(|(name, value)| (name.into_owned().into(), into_owned(value))).collect())
    }
}

/// Iterates over the names in two lists that are sorted by name, with what each list has for a name. This takes linear time.
pub(crate) fn merged<'n, T, U>(
    one: impl Iterator<Item = (&'n str, T)>,
    other: impl Iterator<Item = (&'n str, U)>,
) -> impl Iterator<Item = (&'n str, Option<T>, Option<U>)> {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    iter::from_fn(move || {
        let order = match (one.peek(), other.peek()) {
            (Some((one, _)), Some((other, _))) => one.cmp(other),
            (_, None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let (name, value) = one.next_if(|_| order.is_le()).unzip();
        let (other_name, other_value) = other.next_if(|_| order.is_ge()).unzip();
        Some((name.or(other_name)?, value, other_value))
    })
}

/// Returns the first 24 bytes of a name as numbers that compare as these bytes do.
#[inline]
fn first_words(name: &str) -> (u64, u64, u64) {
    let mut rest = name.as_bytes();
    let mut next = || {
        if let Some((word, after)) = rest.split_first_chunk() {
            rest = after;
            return u64::from_be_bytes(*word);
        }
        let last = mem::take(&mut rest);
        last.iter().rfold(0, |word, byte| word >> 8 | u64::from(*byte) << 56)
    };
    (next(), next(), next())
}

impl<'a, T> IntoIterator for Members<'a, T> {
    type Item = Member<'a, T>;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Members<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<T: Debug> Debug for Members<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (DebugName(name), value))).finish()
    }
}
