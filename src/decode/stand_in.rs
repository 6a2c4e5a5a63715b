//! A stand-in for a redacted field, from which both `Redactable` and `Option` read what the field is to them.
//!
//! `Redactable` understands a mark, and a plain `Option` a missing value. A type that reads the field directly is offered the mark
//! first and then no value. For `flatten`, and for tagged and untagged enums, serde fills a buffer with the fields and reads the
//! types from it later, so a trace of the marks decides about another attempt.

use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Expected, Unexpected, Visitor};

use crate::json::mark::{mark, note};
use crate::json::private::RAW_VALUE;

/// Reads a redacted field for a type that reads it directly: a mark first, then no value.
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
    /// No value, for an `Option` that reads a buffer.
    Missing,
    /// No value, for an `Option` that reads the field directly.
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
