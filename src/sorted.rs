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
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sorted<'a, T>(Vec<(Text<'a>, T)>);

impl<T> Default for Sorted<'_, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, T> Sorted<'a, T> {
    pub(crate) const EMPTY: Self = Self(Vec::new());

    pub(crate) const MEMBER_SIZE: usize = size_of::<(Text<'_>, T)>();

    /// How many members these bytes can hold, as no two share a name: `"ab":1,` takes seven, and fewer is for the names
    /// of one character or none, of which there are not a hundred.
    pub(crate) const fn most_in(bytes: usize) -> usize {
        bytes / 7 + 16
    }

    /// Makes room for `members` in all.
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
            Ok(_) if self.0.len() <= FEW => self.insert_each(),
            Ok(count) if !self.is_much_owned() => {
                let mut order: Vec<u64> = (0..count).map(u64::from).collect();
                let has_repeated = self.order(&mut order, LEVELS);
                self.arrange(order);
                has_repeated
            }
            // Names with escapes have taken the memory that an order would take.
            _ => {
                self.0.sort_unstable_by(|before, after| before.0.cmp(&after.0));
                true
            }
        };
        let mut pairs = self.0.windows(2);
        let repeated = |pair: &&[(Text<'a>, T)]| matches!(pair, [before, after] if before.0 == after.0);
        match has_repeated.then(|| pairs.find(repeated)).flatten() {
            Some([(name, _), ..]) => Err(name),
            _ => Ok(()),
        }
    }

    fn is_much_owned(&self) -> bool {
        self.0.iter().filter(|(name, _)| matches!(name, Text::Owned(_))).count() > self.0.len() / 4
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

    /// Orders positions by the names there.
    ///
    /// Names of one profile begin alike, and comparing them is what sorting costs. So numbers are sorted: the four
    /// bytes behind what two of the names share, then the position, in 64 bits. Names that agree there too, or do
    /// not share it, are the next level's, and after a few levels they are compared as they are. Tells whether a
    /// name occurs twice.
    fn order(&self, order: &mut [u64], levels: u8) -> bool {
        let name = |key: u64| self.0.get(position(key)).map_or("", |(name, _)| &**name);
        if order.len() <= FEW || levels == 0 {
            order.sort_unstable_by(|before, after| name(*before).cmp(name(*after)));
            return order
                .windows(2)
                .any(|pair| matches!(pair, [before, after] if name(*before) == name(*after)));
        }
        let name_at = |index: usize| order.get(index).map_or(&[][..], |key| name(*key).as_bytes());
        let shared = shared(name_at(0), name_at(order.len() / 2));
        for key in &mut *order {
            *key = u64::from(bytes_behind(shared, name(*key).as_bytes())) << 32 | position(*key) as u64;
        }
        order.sort_unstable();
        let mut has_repeated = false;
        for alike in order.chunk_by_mut(|before, after| before >> 32 == after >> 32) {
            if alike.len() > 1 {
                has_repeated |= self.order(alike, levels - 1);
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

    /// Adds the members of `newer`, which replace those of the same name.
    pub(crate) fn merge(&mut self, newer: Self) {
        let older = std::mem::replace(&mut self.0, newer.0);
        self.0.extend(older);
        // A stable sort merges two sorted runs in linear time, and the newer of two members comes first.
        self.0.sort_by(|before, after| before.0.cmp(&after.0));
        self.0.dedup_by(|older, newer| older.0 == newer.0);
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
fn trim<T>(list: &mut Vec<T>) {
    if list.len() * 5 < list.capacity() * 2 {
        list.shrink_to_fit();
    }
}

/// What two names begin with, both.
fn shared<'n>(one: &'n [u8], other: &[u8]) -> &'n [u8] {
    let length = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    one.get(..length).unwrap_or(one)
}

/// Four bytes of a name as a number that sorts as they do, those behind `shared`; bytes that are not there count as
/// zero. A name that does not begin with it comes before or behind all that do: no text has the byte 0xFF.
fn bytes_behind(shared: &[u8], name: &[u8]) -> u32 {
    match name.strip_prefix(shared) {
        Some(rest) => match rest.first_chunk() {
            Some(four) => u32::from_be_bytes(*four),
            None => rest.iter().chain(&[0; 4]).take(4).fold(0, |number, byte| number << 8 | u32::from(*byte)),
        },
        None if name < shared => 0,
        None => u32::MAX,
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
