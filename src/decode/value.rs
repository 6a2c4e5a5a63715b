//! A `Deserializer` for one visible value, or for the name of a field.

use std::borrow::Cow;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use super::error::DecodeError;
use crate::json;
use crate::json::private::RAW_VALUE;
use crate::payload::value::Value;

/// Reads a value, and once more for the place of an error if there is one.
#[inline]
pub(super) fn read<'de, T: Deserialize<'de>>(value: ValueDeserializer<'de>) -> Result<T, DecodeError> {
    T::deserialize(value).map_err(|error| locate::<T>(value, error))
}

#[cold]
#[inline(never)]
fn locate<'de, T: Deserialize<'de>>(value: ValueDeserializer<'de>, error: DecodeError) -> DecodeError {
    T::deserialize(ValueDeserializer { is_located: true, ..value }).err().unwrap_or(error)
}

/// One visible value.
///
/// It leaves JSON text to serde_json, except where an error is to be located: then it takes arrays and objects apart itself.
#[derive(Clone, Copy)]
pub(super) struct ValueDeserializer<'de> {
    source: Source<'de>,
    is_located: bool,
}

#[derive(Clone, Copy)]
enum Source<'de> {
    /// A name, which may spell a number or boolean.
    Name(&'de str),
    /// A string without quotes and escapes.
    Text(&'de str),
    Json(&'de str),
}

impl<'de> ValueDeserializer<'de> {
    pub(super) fn name(name: &'de str) -> Self {
        Self { source: Source::Name(name), is_located: false }
    }

    pub(super) fn json(text: &'de str) -> Self {
        Self { source: Source::Json(text), is_located: false }
    }

    #[inline]
    pub(super) fn new(value: &'de Value<'_>) -> Self {
        match value {
            Value::String(text) => Self { source: Source::Text(text), is_located: false },
            Value::Null => Self::json("null"),
            Value::Bool(true) => Self::json("true"),
            Value::Bool(false) => Self::json("false"),
            Value::Number(number) => Self::json(number.as_str()),
            Value::Array(json) | Value::Object(json) => Self::json(json.as_str()),
        }
    }

    fn located(source: Source<'de>) -> Self {
        Self { source, is_located: true }
    }

    /// Returns the text of an array or object in which an error is to be located.
    fn container(self) -> Option<&'de str> {
        match self.source {
            Source::Json(text) if self.is_located && text.starts_with(['[', '{']) => Some(text),
            _ => None,
        }
    }

    fn visit_container<V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, DecodeError> {
        if text.starts_with('[') {
            let mut elements = json::elements(text).enumerate();
            let value = visitor.visit_seq(Elements(&mut elements))?;
            if elements.next().is_some() { Err(DecodeError::custom("more elements")) } else { Ok(value) }
        } else {
            visitor.visit_map(Members { rest: json::members(text), value: None })
        }
    }

    #[inline]
    fn expected(self, visitor: &dyn Expected) -> Option<String> {
        self.is_located.then(|| visitor.to_string())
    }

    fn type_name(self) -> &'static str {
        match self.source {
            Source::Name(_) | Source::Text(_) => "string",
            Source::Json(text) => json::type_name(text),
        }
    }
}

macro_rules! read_json {
    ($text:ident.$method:ident($($argument:expr),*)) => {{
        let mut json = serde_json::Deserializer::from_str($text);
        let read = json.$method($($argument),*).and_then(|value| json.end().map(|()| value));
        read.map_err(|error| DecodeError::json(&error))
    }};
}

/// Values of any type.
macro_rules! deserialize {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, DecodeError> {
            let expected = self.expected(&visitor);
            let read = match (self.source, self.container()) {
                (_, Some(container)) => Self::visit_container(container, visitor),
                (Source::Name(text) | Source::Text(text), _) => visitor.visit_borrowed_str(text),
                (Source::Json(text), _) => read_json!(text.$method($($argument,)* visitor)),
            };
            read.map_err(|error| error.or_mismatch(self.type_name(), expected))
        })*
    };
}

/// Numbers and booleans, which a name may spell. White space around it makes another name.
macro_rules! deserialize_spelled {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let expected = self.expected(&visitor);
            let read = match self.source {
                Source::Json(text) => read_json!(text.$method(visitor)),
                Source::Name(text) if text.trim_ascii() == text => read_json!(text.$method(visitor)),
                Source::Name(text) | Source::Text(text) => {
                    Err(DecodeError::invalid_type(Unexpected::Str(text), &visitor))
                }
            };
            read.map_err(|error| error.or_mismatch(self.type_name(), expected))
        })*
    };
}

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = DecodeError;

    deserialize! {
        deserialize_any() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str) deserialize_seq()
        deserialize_tuple(length: usize) deserialize_tuple_struct(name: &'static str, length: usize) deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) deserialize_identifier()
        deserialize_ignored_any()
    }

    deserialize_spelled! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.source {
            Source::Json("null") => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == RAW_VALUE {
            visitor.visit_map(Raw(Some(self)))
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let expected = self.expected(&visitor);
        let read = match (self.source, self.container()) {
            (Source::Name(text) | Source::Text(text), _) => {
                visitor.visit_enum(BorrowedStrDeserializer::new(text))
            }
            (Source::Json(_), Some(container)) => {
                let mut members = json::members(container);
                match (members.next(), members.next()) {
                    (Some((name, text)), None) => visitor.visit_enum(Variant { name: &name, text }),
                    _ => Err(DecodeError::custom("not an object of one member")),
                }
            }
            (Source::Json(text), None) => read_json!(text.deserialize_enum(name, variants, visitor)),
        };
        read.map_err(|error| error.or_mismatch(self.type_name(), expected))
    }
}

/// The protocol of serde_json's `RawValue`: a map of one member with the JSON text.
struct Raw<'de>(Option<ValueDeserializer<'de>>);

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let name = self.0.map(|_| seed.deserialize(BorrowedStrDeserializer::new(RAW_VALUE)));
        name.transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let value = self.0.take().ok_or_else(|| DecodeError::custom("a value is read twice"))?;
        seed.deserialize(RawText(value))
    }
}

/// A value's JSON text. A `Redactable` requests the value itself, which is neither copied nor checked again.
struct RawText<'de>(ValueDeserializer<'de>);

impl<'de> Deserializer<'de> for RawText<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0.source {
            Source::Json(text) => visitor.visit_borrowed_str(text),
            Source::Text(text) | Source::Name(text) => {
                let mut quoted = String::new();
                json::write_string(text, &mut quoted);
                visitor.visit_string(quoted)
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.0.source {
            // A nested string may be the sentinel.
            Source::Json(text) if text.starts_with('"') => visitor.visit_borrowed_str(text),
            _ => visitor.visit_newtype_struct(self.0),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Elements<I>(I);

impl<'de, I: Iterator<Item = (usize, &'de str)>> SeqAccess<'de> for Elements<I> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some((index, text)) = self.0.next() else { return Ok(None) };
        let read = seed.deserialize(ValueDeserializer::located(Source::Json(text)));
        read.map(Some).map_err(|error| error.in_step(&index.to_string()))
    }
}

type Member<'de> = (Cow<'de, str>, &'de str);

struct Members<'de, I> {
    rest: I,
    value: Option<Member<'de>>,
}

impl<'de, I: Iterator<Item = Member<'de>>> MapAccess<'de> for Members<'de, I> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.value = self.rest.next();
        let Some((name, _)) = &self.value else { return Ok(None) };
        let key = match name {
            Cow::Borrowed(name) => seed.deserialize(ValueDeserializer::located(Source::Name(name))),
            Cow::Owned(name) => seed.deserialize(name.as_str().into_deserializer()),
        };
        key.map(Some).map_err(|error| error.in_member_name(name))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let (name, text) = self.value.take().ok_or_else(|| DecodeError::custom("a value is read twice"))?;
        let read = seed.deserialize(ValueDeserializer::located(Source::Json(text)));
        read.map_err(|error| error.in_step(&name))
    }
}

/// An enum's variant with content.
struct Variant<'n, 'de> {
    name: &'n str,
    text: &'de str,
}

impl<'de> Variant<'_, 'de> {
    fn content(&self) -> ValueDeserializer<'de> {
        ValueDeserializer::located(Source::Json(self.text))
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        seed.deserialize(self.name.into_deserializer()).map(|variant| (variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Deserialize::deserialize(self.content()).map_err(|error: DecodeError| error.in_step(self.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self.content()).map_err(|error| error.in_step(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.content().deserialize_any(visitor).map_err(|error| error.in_step(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.content().deserialize_any(visitor).map_err(|error| error.in_step(self.name))
    }
}
