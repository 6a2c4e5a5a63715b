//! Names and what they stand for, sorted by name: one decision that gives the detection of duplicates, lookup,
//! equality without regard to order, and diffing, none of them quadratic.

use std::fmt::{self, Debug, Formatter};

use crate::slim::Text;
use crate::text::DebugName;

/// A list sorted by name, in which no name occurs twice.
///
/// Invariant: sorted and without duplicates, from [`sort`](Self::sort) on.
#[derive(Clone, PartialEq)]
pub(crate) struct Sorted<'a, T>(Vec<(Text<'a>, T)>);

impl<'a, T> Sorted<'a, T> {
    pub(crate) const EMPTY: Self = Self(Vec::new());

    /// The fewest bytes that a member takes: `"":1,`.
    pub(crate) const fn most_in(bytes: usize) -> usize {
        bytes / 6 + 1
    }

    /// Makes room for `members` in all; a vector that grows instead needs up to three times the memory.
    pub(crate) fn reserve(&mut self, members: usize) {
        self.0.reserve_exact(members);
    }

    /// Adds a member behind the others; `sort` comes later.
    pub(crate) fn push(&mut self, name: Text<'a>, value: T) {
        self.0.push((name, value));
    }

    /// Sorts, once all are there. `Err` holds a name that occurs twice.
    pub(crate) fn sort(&mut self) -> Result<(), &str> {
        self.0.shrink_to_fit();
        // What a machine wrote is often sorted already.
        if self.0.is_sorted_by(|before, after| *before.0 < *after.0) {
            return Ok(());
        }
        self.0.sort_unstable_by(|before, after| before.0.cmp(&after.0));
        match self.0.windows(2).find(|pair| matches!(pair, [before, after] if before.0 == after.0)) {
            Some([(name, _), ..]) => Err(name),
            _ => Ok(()),
        }
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|member| (*member.0).cmp(name)).ok()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.0.get(self.position(name)?).map(|(_, value)| value)
    }

    pub(crate) fn value_mut(&mut self, position: usize) -> Option<&mut T> {
        self.0.get_mut(position).map(|(_, value)| value)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn as_slice(&self) -> &[(Text<'a>, T)] {
        &self.0
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> + DoubleEndedIterator + Clone {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn into_owned<U>(self, own: impl Fn(T) -> U) -> Sorted<'static, U> {
        Sorted(self.0.into_iter().map(|(name, value)| (name.into_owned(), own(value))).collect())
    }
}

impl<T: Debug> Debug for Sorted<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (DebugName(name), value))).finish()
    }
}
