//! A stand-in for a redacted field, from which both `Redactable` and `Option` read what the field is to them.
//!
//! `Redactable` understands a mark, and a plain `Option` that there is no value. Where a type asks for the field itself, it is
//! offered one after the other. Behind `flatten`, and in tagged and untagged enums, serde buffers the fields first and reads the
//! types later, so that what became of the marks is traced for another attempt.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Expected, Unexpected, Visitor};

use crate::json::private::RAW_VALUE;

/// The start of a mark, which is no UTF-8, so that text refuses it. The index of the field follows.
const MARK: &[u8] = b"\xFF<<REDACTED>>";

fn index(bytes: &[u8]) -> Option<usize> {
    bytes.strip_prefix(MARK)?.try_into().ok().map(usize::from_ne_bytes)
}

/// What became of the marks in one attempt, by the index of the field.
#[derive(Default)]
pub(crate) struct Trace {
    /// Given to a type that accepts any value, such as serde's buffers.
    pub(crate) given: BTreeSet<usize>,
    /// Read by a `Redactable`.
    pub(crate) understood: BTreeSet<usize>,
    /// Refused by a plain type, in this order.
    pub(crate) refused: Vec<usize>,
}

thread_local! {
    /// The trace of the current attempt. The types in between know nothing of it, and untagged enums drop the errors of their
    /// variants.
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Replaces the current trace. There is none in a thread that is ending.
fn exchange(trace: Option<Trace>) -> Option<Trace> {
    TRACE.try_with(|current| current.replace(trace)).unwrap_or_default()
}

fn note(note: impl FnOnce(&mut Trace)) {
    let _ = TRACE.try_with(|trace| trace.borrow_mut().as_mut().map(note));
}

/// Makes an attempt and traces its marks. A type may make another one inside.
pub(crate) fn watch<T>(attempt: impl FnOnce() -> T) -> (T, Trace) {
    /// Restores the outer trace, also if the caller's type panics.
    struct Outer(Option<Trace>);

    impl Drop for Outer {
        fn drop(&mut self) {
            exchange(self.0.take());
        }
    }

    let _outer = Outer(exchange(Some(Trace::default())));
    let result = attempt();
    (result, exchange(None).unwrap_or_default())
}

/// Returns `true` inside an attempt, where a missing value, which JSON does not have, is a redacted field.
pub(crate) fn is_watching() -> bool {
    TRACE.try_with(|trace| trace.borrow().is_some()).unwrap_or_default()
}

/// Returns `true` if the bytes are a mark, which a `Redactable` has read.
pub(crate) fn understand(bytes: &[u8]) -> bool {
    let index = index(bytes);
    note(|trace| trace.understood.extend(index));
    index.is_some()
}

/// Returns `true` if a plain type refuses a mark.
pub(crate) fn refuse(unexpected: &Unexpected<'_>) -> bool {
    let Unexpected::Bytes(bytes) = unexpected else { return false };
    let index = index(bytes);
    note(|trace| trace.refused.extend(index));
    index.is_some()
}

/// Reads a redacted field for a type that asks for it itself: a mark first, then no value.
pub(crate) fn read<'de, T: Deserialize<'de>, E: Error>(index: usize) -> Result<T, E> {
    let mut refusals = 0;
    note(|trace| refusals = trace.refused.len());
    T::deserialize(StandIn::mark(index)).or_else(|_: E| {
        note(|trace| {
            trace.refused.truncate(refusals);
            trace.given.remove(&index);
        });
        T::deserialize(StandIn::only_option())
    })
}

/// A `Deserializer` for a redacted field.
pub(crate) struct StandIn<E> {
    form: Form,
    error: PhantomData<E>,
}

#[derive(Clone, Copy)]
enum Form {
    /// For a `Redactable`, and for a buffer on the way to one.
    Mark(usize),
    /// No value, for an `Option` behind a buffer.
    Missing,
    /// No value, for an `Option` that asks for it.
    OnlyOption,
}

impl<E> StandIn<E> {
    pub(crate) fn mark(index: usize) -> Self {
        Self { form: Form::Mark(index), error: PhantomData }
    }

    pub(crate) fn missing() -> Self {
        Self { form: Form::Missing, error: PhantomData }
    }

    fn only_option() -> Self {
        Self { form: Form::OnlyOption, error: PhantomData }
    }
}

impl<E: Error> StandIn<E> {
    fn refused(self, visitor: &dyn Expected) -> E {
        match self.form {
            Form::Mark(index) => E::invalid_type(Unexpected::Bytes(&mark(index)), visitor),
            Form::Missing | Form::OnlyOption => E::invalid_type(Unexpected::Option, visitor),
        }
    }
}

fn mark(index: usize) -> Vec<u8> {
    [MARK, &index.to_ne_bytes()].concat()
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, E> {
            Err(self.refused(&visitor))
        })*
    };
}

impl<'de, E: Error> Deserializer<'de> for StandIn<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.form {
            Form::Mark(index) => {
                note(|trace| trace.given.extend([index]));
                visitor.visit_byte_buf(mark(index))
            }
            Form::Missing => visitor.visit_none(),
            Form::OnlyOption => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.form {
            Form::Mark(_) => visitor.visit_some(self),
            Form::Missing | Form::OnlyOption => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.form {
            Form::Mark(index) if name == RAW_VALUE => visitor.visit_bytes(&mark(index)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
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
