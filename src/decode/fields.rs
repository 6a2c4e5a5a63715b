//! A `Deserializer` for a whole set of fields.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter::Enumerate;
use std::marker::PhantomData;
use std::slice;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::error::DecodeError;
use super::json::Variant;
use super::stand_in::{self, StandIn};
use super::text::{Text, visit_entry};
use crate::json::reserved::RAW_VALUE;
use crate::json::{Reader, type_name};
use crate::payload::fields::Fields;
use crate::payload::members::Member;
use crate::payload::value::Value;
use crate::redactable::Redactable;
use crate::redactable::mark::DOOR;

#[inline]
pub(super) fn read_value<'de, S: DeserializeSeed<'de>>(
    value: &'de Value<'_>,
    seed: S,
) -> Result<S::Value, DecodeError> {
    let json = match value {
        Value::String(text) => {
            let value = seed.deserialize(Text { text: Cow::Borrowed(text), is_name: false });
            return value.map_err(|error| error.in_value("string"));
        }
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(number) => number.as_str(),
        Value::Array(json) | Value::Object(json) => json.as_str(),
    };
    read_json(json, seed)
}

#[inline]
pub(super) fn read_json<'de, S: DeserializeSeed<'de>>(
    json: &'de str,
    seed: S,
) -> Result<S::Value, DecodeError> {
    let mut reader = Reader::new(json);
    let value = seed.deserialize(&mut reader);
    // A type may have ignored an error.
    let value = value.and_then(|value| Ok(reader.end().map(|()| value)?));
    value.map_err(|error| error.in_value(type_name(json)))
}

/// The fields as one attempt shows them. Whatever a type requests, its visitor is offered a map.
pub(super) struct FieldsDeserializer<'f, 'de, 'a> {
    fields: &'de Fields<'a>,
    rest: Enumerate<slice::Iter<'de, Member<'a, Redactable<Value<'a>>>>>,
    /// The field whose name was read last and whose value comes next, with its index.
    current: Option<(usize, &'de Member<'a, Redactable<Value<'a>>>)>,
    /// The redacted fields that are shown as missing, by their index.
    missing: &'f BTreeSet<usize>,
}

impl<'f, 'de, 'a> FieldsDeserializer<'f, 'de, 'a> {
    pub(super) fn new(fields: &'de Fields<'a>, missing: &'f BTreeSet<usize>) -> Self {
        Self { fields, rest: fields.0.as_slice().iter().enumerate(), current: None, missing }
    }
}

impl<'de> Deserializer<'de> for FieldsDeserializer<'_, 'de, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }

    /// Skips the fields, as serde_json skips an object.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            DOOR => visitor.visit_some(self),
            // Names are strings, and everything else is valid JSON, so that writing cannot fail.
            RAW_VALUE => {
                visit_entry(RAW_VALUE, serde_json::to_string(self.fields).unwrap_or_default(), visitor)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.fields.len() != 1 {
            return Err(DecodeError::custom("an enum is an object of one member"));
        }
        visitor.visit_enum(Variant(self))
    }
}

impl<'de> MapAccess<'de> for FieldsDeserializer<'_, 'de, '_> {
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.current = self.rest.next();
        let Some((_, (name, _))) = self.current else { return Ok(None) };
        let key = seed.deserialize(Text { text: Cow::Borrowed(name), is_name: true });
        key.map(Some).map_err(|error| error.in_name(name).of_field(name))
    }

    /// A seed can be used once, so it gets a mark in one attempt, and no value in another.
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let Some((index, (name, field))) = self.current.take() else {
            return Err(DecodeError::custom("value already taken"));
        };
        match field {
            Redactable::Visible(value) => {
                read_value(value, seed).map_err(|error| error.within(name).of_field(name))
            }
            Redactable::Redacted if self.missing.contains(&index) => {
                seed.deserialize(StandIn::Missing).map_err(|_| DecodeError::redacted(Some(name)))
            }
            Redactable::Redacted => seed.deserialize(StandIn::Mark(index)),
        }
    }

    #[inline]
    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, DecodeError> {
        match self.current {
            Some((index, (name, Redactable::Redacted))) if !self.missing.contains(&index) => {
                self.current = None;
                stand_in::read(index).map_err(|_| DecodeError::redacted(Some(name)))
            }
            _ => self.next_value_seed(PhantomData),
        }
    }

    /// The default reads values by a seed.
    fn next_entry<K: Deserialize<'de>, T: Deserialize<'de>>(
        &mut self,
    ) -> Result<Option<(K, T)>, DecodeError> {
        match self.next_key()? {
            Some(key) => Ok(Some((key, self.next_value()?))),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
