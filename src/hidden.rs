//! A redacted field, shown so that whoever wants it understands.
//!
//! `Redactable` understands a mark, a plain `Option` understands nothing. Where a type asks for its field itself, both are
//! tried. Behind `flatten`, and in tagged and untagged enums, serde first puts the fields into a buffer, and reads types
//! out of it later: what became of the marks then is traced here, for another attempt with nothing in their place.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserializer, Unexpected, Visitor};

use crate::decode::Failure;

/// How redacted fields are shown in one attempt.
#[derive(Clone, Default)]
pub(crate) struct Shown {
    pub(crate) mark: Mark,
    /// The fields, by their index, in whose place there is nothing.
    pub(crate) nothing: BTreeSet<usize>,
    /// Whether there is one more, which no struct knows: only a map takes it.
    pub(crate) with_stranger: bool,
}

/// What stands for a redacted field inside a buffer: the field's index, as something that plain types refuse.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Bytes that are no text. Types that are made of text refuse them, some of them with words of their own.
    #[default]
    Bytes,
    /// A character of no script, which a type that is made of text is not even given. One that takes anything takes it: this
    /// mark is for finding out who refuses the other one, and the result is dropped.
    Character,
}

/// How the bytes of a mark begin; the index follows.
const START: &[u8] = b"\xFF<<REDACTED>>";

/// The character of the index 0: what follows is for private use, and far more than a body has fields.
const FIRST_CHARACTER: u32 = 0xF_0000;

/// The index of the stranger.
pub(crate) const STRANGER: usize = (char::MAX as u32 - FIRST_CHARACTER) as usize;

fn character(index: usize) -> Option<char> {
    char::from_u32(u32::try_from(index).ok()?.checked_add(FIRST_CHARACTER)?)
}

fn index_of_character(character: char) -> Option<usize> {
    u32::from(character).checked_sub(FIRST_CHARACTER)?.try_into().ok()
}

fn index_of_bytes(bytes: &[u8]) -> Option<usize> {
    Some(usize::from_ne_bytes(bytes.strip_prefix(START)?.try_into().ok()?))
}

/// What became of the marks in one attempt.
#[derive(Default)]
pub(crate) struct Trace {
    mark: Mark,
    /// The fields that plain types refused.
    refused: BTreeMap<usize, Refusal>,
    /// How many refusals there were.
    refusals: usize,
    /// The fields whose marks were given to who takes anything: `Redactable`, and serde's buffers on the way to one, among them.
    given: BTreeSet<usize>,
    /// The fields that a `Redactable` understood.
    pub(crate) understood: BTreeSet<usize>,
}

#[derive(Clone, Copy)]
struct Refusal {
    /// Whether a `Redactable` understood the field later, as that of another variant may have.
    is_settled: bool,
    /// The number of refusals before the field's first.
    order: usize,
}

impl Trace {
    /// The field among these that was refused first, and not understood since; if there is none, and nothing could be read for
    /// all that, the first that was refused.
    pub(crate) fn first_refused(&self, is_read: bool, among: impl Fn(usize) -> bool) -> Option<usize> {
        let refused =
            self.refused.iter().filter(|(index, refusal)| among(**index) && !(is_read && refusal.is_settled));
        refused.min_by_key(|(_, refusal)| (refusal.is_settled, refusal.order)).map(|(index, _)| *index)
    }

    /// The fields whose marks nobody understood or refused: they are in a buffer, where nobody wanted them, or in the result.
    pub(crate) fn taken(&self) -> impl Iterator<Item = usize> {
        let given = self.given.difference(&self.understood).copied();
        given.filter(|index| !self.refused.contains_key(index))
    }

    fn refuse(&mut self, index: usize) {
        let first = Refusal { is_settled: false, order: self.refusals };
        self.refused.entry(index).or_insert(first).is_settled = false;
        self.refusals += 1;
    }

    fn understand(&mut self, index: usize) -> bool {
        if let Some(refusal) = self.refused.get_mut(&index) {
            refusal.is_settled = true;
        }
        self.understood.insert(index);
        true
    }
}

thread_local! {
    /// The attempt that goes on: the types in between know nothing of it, and untagged enums drop the errors of their variants.
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Sets the attempt that goes on, and gives the one before. There is none in a thread that has dropped what is its own.
fn exchange(trace: Option<Trace>) -> Option<Trace> {
    TRACE.try_with(|current| current.replace(trace)).unwrap_or_default()
}

/// Makes an attempt, and tells what became of its marks. One may be made inside another.
pub(crate) fn traced<T>(shown: &Shown, attempt: impl FnOnce() -> T) -> (T, Trace) {
    let _outer = Outer(exchange(Some(Trace { mark: shown.mark, ..Trace::default() })));
    let result = attempt();
    (result, exchange(None).unwrap_or_default())
}

/// The attempt around another one: it goes on when that ends, be it by a panic of the caller's type.
struct Outer(Option<Trace>);

impl Drop for Outer {
    fn drop(&mut self) {
        exchange(self.0.take());
    }
}

fn note<T: Default>(note: impl FnOnce(&mut Trace) -> T) -> T {
    TRACE.try_with(|trace| trace.borrow_mut().as_mut().map(note)).ok().flatten().unwrap_or_default()
}

/// Notes that a plain type refused what it was given, and tells whether that was a mark.
pub(crate) fn is_refused(unexpected: &Unexpected<'_>) -> bool {
    note(|trace| {
        let index = match unexpected {
            Unexpected::Bytes(bytes) => index_of_bytes(bytes),
            Unexpected::Char(character) if trace.mark == Mark::Character => index_of_character(*character),
            _ => None,
        };
        index.inspect(|index| trace.refuse(*index)).is_some()
    })
}

/// Whether a `Redactable` was given bytes that are a mark.
pub(crate) fn is_mark(bytes: &[u8]) -> bool {
    index_of_bytes(bytes).is_some_and(|index| note(|trace| trace.understand(index)))
}

/// Whether a `Redactable` was given a character that is a mark.
pub(crate) fn is_mark_character(character: char) -> bool {
    index_of_character(character)
        .is_some_and(|index| note(|trace| trace.mark == Mark::Character && trace.understand(index)))
}

/// Whether nothing, which is not JSON's `null`, stands for a redacted field: JSON has no such thing.
pub(crate) fn is_nothing_redacted() -> bool {
    note(|_| true)
}

/// Reads a redacted field for a type that asks for it itself.
pub(crate) fn read<'de, T: serde::Deserialize<'de>>(field: HiddenDeserializer) -> Result<T, Failure> {
    T::deserialize(field).or_else(|_| {
        if let HiddenDeserializer::Mark(_, index) = field {
            note(|trace| trace.refused.remove(&index));
        }
        T::deserialize(HiddenDeserializer::None)
    })
}

/// A redacted field, as one of those who may want it understands it.
#[derive(Clone, Copy)]
pub(crate) enum HiddenDeserializer {
    /// For `Redactable`, and for serde's buffers on the way to one.
    Mark(Mark, usize),
    /// For an `Option`, and nothing else.
    None,
    /// For an `Option` behind one of serde's buffers.
    Nothing,
}

impl HiddenDeserializer {
    pub(crate) fn new(shown: &Shown, index: usize) -> Self {
        if shown.nothing.contains(&index) { Self::Nothing } else { Self::Mark(shown.mark, index) }
    }

    /// Notes that a plain type refused this, and tells whether that was a mark.
    pub(crate) fn is_refused(self) -> bool {
        match self {
            Self::Mark(_, index) => {
                note(|trace| trace.refuse(index));
                true
            }
            Self::None | Self::Nothing => false,
        }
    }
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Failure> {
            Err(Failure::redacted())
        })*
    };
}

impl<'de> Deserializer<'de> for HiddenDeserializer {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if let Self::Mark(_, index) = self {
            note(|trace| trace.given.insert(index));
        }
        match self {
            Self::Mark(Mark::Bytes, index) => visitor.visit_byte_buf([START, &index.to_ne_bytes()].concat()),
            Self::Mark(Mark::Character, index) => match character(index) {
                Some(character) => visitor.visit_char(character),
                None => Err(Failure::redacted()),
            },
            Self::None => Err(Failure::redacted()),
            Self::Nothing => visitor.visit_none(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self {
            Self::Mark(..) => visitor.visit_some(self),
            Self::None | Self::Nothing => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    refuse! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_u128() deserialize_f32() deserialize_f64() deserialize_char() deserialize_str()
        deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_unit_struct(&'static str) deserialize_seq() deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize) deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str]) deserialize_identifier()
    }
}
