//! Names and what they stand for, sorted by name: one decision that gives the detection of duplicates, lookup,
//! equality without regard to order, and diffing, none of them quadratic.

use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};

use crate::slim::Text;
use crate::text::DebugName;

/// So few members are sorted without further ado.
const FEW: usize = 64;

/// So often names are split by four bytes before they are compared as they are.
const LEVELS: u8 = 4;

/// A list sorted by name, in which no name occurs twice.
///
/// Invariant: sorted and without duplicates, from [`sort`](Self::sort) on.
#[derive(Clone, PartialEq)]
pub(crate) struct Sorted<'a, T>(Vec<(Text<'a>, T)>);

impl<'a, T> Sorted<'a, T> {
    pub(crate) const EMPTY: Self = Self(Vec::new());

    pub(crate) const MEMBER_SIZE: usize = size_of::<(Text<'_>, T)>();

    /// How many members these bytes can hold, as no two share a name: `"ab":1,` takes seven, and fewer is for the names
    /// of one character or none, of which there are not a hundred.
    pub(crate) const fn most_in(bytes: usize) -> usize {
        bytes / 7 + 16
    }

    /// Makes room for `members` in all; a vector that grows instead needs up to three times the memory.
    pub(crate) fn reserve(&mut self, members: usize) {
        self.0.reserve_exact(members);
    }

    /// Adds a member behind the others; `sort` comes later.
    #[inline]
    pub(crate) fn push(&mut self, name: Text<'a>, value: T) {
        self.0.push((name, value));
    }

    /// Sorts, once all are there. `Err` holds a name that occurs twice.
    pub(crate) fn sort(&mut self) -> Result<(), &str> {
        trim(&mut self.0);
        // What a machine wrote is often sorted already.
        if self.0.is_sorted_by(|before, after| *before.0 < *after.0) {
            return Ok(());
        }
        let has_repeated = match u32::try_from(self.0.len()) {
            Ok(count) if self.0.len() > FEW => {
                let mut order: Vec<u64> = (0..count).map(u64::from).collect();
                let has_repeated = self.order(&mut order, 0, LEVELS);
                self.arrange(order);
                has_repeated
            }
            _ => self.insert_each(),
        };
        let mut pairs = self.0.windows(2);
        let repeated = |pair: &&[(Text<'a>, T)]| matches!(pair, [before, after] if before.0 == after.0);
        match has_repeated.then(|| pairs.find(repeated)).flatten() {
            Some([(name, _), ..]) => Err(name),
            _ => Ok(()),
        }
    }

    /// Sorts a few members, of which most may be in order. Tells whether a name occurs twice.
    fn insert_each(&mut self) -> bool {
        let mut has_repeated = false;
        for end in 1..self.0.len() {
            let Some((sorted, [last, ..])) = self.0.split_at_checked(end) else { break };
            let start = match sorted.last().map(|before| before.0.cmp(&last.0)) {
                Some(Ordering::Greater) => sorted.partition_point(|before| before.0 < last.0),
                Some(Ordering::Equal) => end - 1,
                Some(Ordering::Less) | None => continue,
            };
            has_repeated |= sorted.get(start).is_some_and(|before| before.0 == last.0);
            if let Some(part) = self.0.get_mut(start..=end) {
                part.rotate_right(1);
            }
        }
        has_repeated
    }

    /// Orders positions by the names there, which agree up to `offset`.
    ///
    /// Names of one profile begin alike, and comparing them is what sorting costs. So numbers are sorted: the four
    /// bytes behind what all names share, then the position, in 64 bits. Names that agree there too are the next
    /// level's, and after a few levels they are compared as they are. Tells whether a name occurs twice.
    fn order(&self, order: &mut [u64], offset: usize, levels: u8) -> bool {
        let name = |key: u64| self.0.get(position(key)).map_or("", |(name, _)| &**name);
        if order.len() <= FEW || levels == 0 {
            order.sort_unstable_by(|before, after| name(*before).cmp(name(*after)));
            return order
                .windows(2)
                .any(|pair| matches!(pair, [before, after] if name(*before) == name(*after)));
        }
        let first = order.first().map_or("", |key| name(*key));
        let mut offset = offset;
        let shared = loop {
            let start = window(first, offset);
            let differing = order.iter().fold(0, |bits, key| bits | (start ^ window(name(*key), offset)));
            match differing.leading_zeros() / 8 {
                8 if offset < first.len() => offset += 8,
                shared => break shared as usize,
            }
        };
        let offset = offset + shared;
        for key in &mut *order {
            *key = window(name(*key), offset) >> 32 << 32 | position(*key) as u64;
        }
        order.sort_unstable();
        let mut has_repeated = false;
        for alike in order.chunk_by_mut(|before, after| before >> 32 == after >> 32) {
            if alike.len() > 1 {
                has_repeated |= self.order(alike, offset + size_of::<u32>(), levels - 1);
            }
        }
        has_repeated
    }

    /// Puts the members in that order, in place: each cycle of the permutation once.
    fn arrange(&mut self, mut order: Vec<u64>) {
        for start in 0..order.len() {
            let mut to = start;
            while let Some(key) = order.get_mut(to) {
                let from = position(std::mem::replace(key, to as u64));
                if from == start {
                    break;
                }
                self.0.swap(to, from);
                to = from;
            }
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

    /// Whether the room that was made is used up.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() == self.0.capacity()
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

/// Gives room back that turned out not to be needed.
///
/// With less than that unused it would be a loss: while moving, the old place and the new one are both held.
pub(crate) fn trim<T>(list: &mut Vec<T>) {
    if list.len() < list.capacity() / 5 * 2 {
        list.shrink_to_fit();
    }
}

/// Eight bytes of a name as a number that sorts as they do; those that are not there count as zero.
fn window(name: &str, offset: usize) -> u64 {
    let rest = name.as_bytes().get(offset..).unwrap_or_default();
    match rest.first_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => rest.iter().chain(&[0; 8]).take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)),
    }
}

/// The position, out of a number that is sorted by.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn position(key: u64) -> usize {
    key as u32 as usize
}

impl<T: Debug> Debug for Sorted<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (DebugName(name), value))).finish()
    }
}
