//! Strings and names of fields, as types ask for them: what serde's own deserializer for `&str` lacks is `Option`, newtypes,
//! bytes, and numbers among the keys of a map.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::decode::Failure;

/// A visible string, or a field's name.
pub(crate) struct StringDeserializer<'de> {
    text: &'de str,
    is_name: bool,
}

impl<'de> StringDeserializer<'de> {
    pub(crate) fn value(text: &'de str) -> Self {
        Self { text, is_name: false }
    }

    pub(crate) fn name(text: &'de str) -> Self {
        Self { text, is_name: true }
    }

    /// Whether this may spell a number or boolean: a map can have such keys, and JSON has only names for them. White space
    /// around it makes another name.
    fn is_spelling(&self) -> bool {
        self.is_name && self.text.trim_ascii() == self.text
    }
}

macro_rules! deserialize_spelling {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            if !self.is_spelling() {
                return Err(de::Error::invalid_type(Unexpected::Str(self.text), &visitor));
            }
            let mut json = serde_json::Deserializer::from_str(self.text);
            let read = json.$method(visitor).and_then(|value| json.end().map(|()| value));
            read.map_err(|error| Failure::json(&error))
        })*
    };
}

impl<'de> Deserializer<'de> for StringDeserializer<'de> {
    type Error = Failure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.text))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_borrowed_bytes(self.text.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_bytes(visitor)
    }

    deserialize_spelling! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
