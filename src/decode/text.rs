//! A `Deserializer` for strings that have been read: values and names.

use std::borrow::Cow;
use std::iter;

use serde::Deserializer;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{IntoDeserializer, Visitor};

use super::error::DecodeError;
use crate::json::reserved::RAW_VALUE;
use crate::json::{Reader, quoted};
use crate::redactable::REDACTED;
use crate::redactable::mark::DOOR;

/// A string that is the value of a field, or the name of a field or member. Whatever a type requests, its visitor is offered the
/// string, and rejects it if it needs something else.
pub(super) struct Text<'de> {
    pub(super) text: Cow<'de, str>,
    pub(super) is_name: bool,
}

/// Methods for numbers and booleans. A name without escapes may spell one, as the keys of a map of numbers do.
macro_rules! deserialize_spelled {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.text {
                Cow::Borrowed(text) if self.is_name && text.trim_ascii() == text => {
                    let mut reader = Reader::new(text);
                    let value = reader.$method(visitor)?;
                    Ok(reader.end().map(|()| value)?)
                }
                text => visit_string(text, visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = DecodeError;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit_string(self.text, visitor)
    }

    deserialize_spelled! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    serde::forward_to_deserialize_any! {
        char str string identifier unit unit_struct seq tuple tuple_struct map struct
    }

    /// Skips a value. A name is offered to the visitor even here, as in serde_json.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_name { self.deserialize_any(visitor) } else { visitor.visit_unit() }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit_bytes(self.text, visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            DOOR if self.text == REDACTED => visitor.visit_str(REDACTED),
            DOOR => visitor.visit_some(self),
            RAW_VALUE => visit_entry(RAW_VALUE, quoted(&self.text), visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visit_variant(self.text, visitor)
    }
}

#[inline]
pub(super) fn visit_string<'de, V: Visitor<'de>>(
    text: Cow<'de, str>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

pub(super) fn visit_bytes<'de, V: Visitor<'de>>(
    text: Cow<'de, str>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
        Cow::Owned(text) => visitor.visit_byte_buf(text.into_bytes()),
    }
}

#[inline]
pub(super) fn visit_variant<'de, V: Visitor<'de>>(
    name: Cow<'de, str>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    match name {
        Cow::Borrowed(name) => visitor.visit_enum(BorrowedStrDeserializer::new(name)),
        Cow::Owned(name) => visitor.visit_enum(name.into_deserializer()),
    }
}

/// Visits a map of one entry, as serde_json does for values that serde does not know. The name is borrowed, as in serde_json.
pub(super) fn visit_entry<'de, T: IntoDeserializer<'de, DecodeError>, V: Visitor<'de>>(
    name: &'static str,
    value: T,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    visitor.visit_map(MapDeserializer::new(iter::once((BorrowedStrDeserializer::new(name), value))))
}
