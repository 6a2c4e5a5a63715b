//! A `Deserializer` over the crate's own JSON reader.
//!
//! It behaves like serde_json's deserializer for every type, and reads each byte once. An error gets its path on the way out.

use serde::Deserializer;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::error::DecodeError;
use super::number::{self, Requested};
use super::text::{self, Text, visit_entry, visit_variant};
use crate::json::reserved::RAW_VALUE;
use crate::json::{Reader, Token};
use crate::redactable::REDACTED;
use crate::redactable::mark::DOOR;

/// Returns the error for a value of another type. A scalar is skipped, since a type may ignore the error.
#[cold]
fn rejected<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: &V) -> DecodeError {
    let token = match reader.peek() {
        Some(b'[') => return DecodeError::invalid_type(Unexpected::Seq, visitor),
        Some(b'{') => return DecodeError::invalid_type(Unexpected::Map, visitor),
        _ => reader.value(),
    };
    match token {
        Ok(Token::String(text)) => DecodeError::invalid_type(Unexpected::Str(&text), visitor),
        Ok(Token::Bool(bool)) => DecodeError::invalid_type(Unexpected::Bool(bool), visitor),
        Ok(Token::Null) => DecodeError::invalid_type(Unexpected::Unit, visitor),
        Ok(_) => DecodeError::invalid_type(Unexpected::Other("number"), visitor),
        Err(error) => error.into(),
    }
}

#[inline]
fn visit_string<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    text::visit_string(reader.string()?, visitor)
}

fn visit_bytes<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    text::visit_bytes(reader.string()?, visitor)
}

/// Enters the array or object at the cursor, visits it, and leaves it.
///
/// Like serde_json, it leaves the value even after an error, since a type may ignore that.
#[inline]
fn visit_inside<'de, T>(
    reader: &mut Reader<'de>,
    visit: impl FnOnce(&mut Reader<'de>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    reader.enter()?;
    let depth = reader.depth();
    let value = visit(reader);
    if reader.leave(depth) {
        value
    } else {
        value.and_then(|_| Err(DecodeError::custom("not read to its end")))
    }
}

#[inline]
fn visit_array<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    visit_inside(reader, |reader| {
        let depth = reader.depth();
        visitor.visit_seq(Elements { reader, depth, count: 0, start: 0 })
    })
}

#[inline]
fn visit_object<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    visit_inside(reader, |reader| visitor.visit_map(Members::new(reader)))
}

/// Methods that accept JSON of some types, by their first byte.
macro_rules! deserialize {
    ($($($method:ident($($argument:ty),*))+ => $accepted:tt)*) => {
        $($(deserialize!(@ $method($($argument),*) $accepted);)+)*
    };
    (@ $method:ident($($argument:ty),*) { $($first:pat => $visit:expr,)+ }) => {
        #[inline]
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, DecodeError> {
            match self.peek() {
                $(Some($first) => $visit(self, visitor),)+
                _ => Err(rejected(self, &visitor)),
            }
        }
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = DecodeError;

    deserialize! {
        deserialize_any() => {
            b'"' => visit_string,
            b'{' => visit_object,
            b'[' => visit_array,
            b'n' | b't' | b'f' => visit_word,
            b'-' | b'0'..=b'9' => |reader, visitor| number::visit(Requested::Any, reader, visitor),
        }
        deserialize_bool() => { b't' | b'f' => visit_word, }
        deserialize_unit() deserialize_unit_struct(&'static str) => { b'n' => visit_word, }
        deserialize_char() deserialize_str() deserialize_string() deserialize_identifier() => { b'"' => visit_string, }
        deserialize_bytes() deserialize_byte_buf() => { b'"' => visit_bytes, b'[' => visit_array, }
        deserialize_seq() deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize) => { b'[' => visit_array, }
        deserialize_map() => { b'{' => visit_object, }
        deserialize_struct(&'static str, &'static [&'static str]) => { b'{' => visit_object, b'[' => visit_array, }
        deserialize_enum(&'static str, &'static [&'static str]) => {
            b'"' => |reader: &mut Reader<'de>, visitor| visit_variant(reader.string()?, visitor),
            b'{' => |reader, visitor: V| visit_inside(reader, |reader| visitor.visit_enum(Variant(Members::new(reader)))),
        }
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u8() deserialize_u16()
        deserialize_u32() deserialize_u64() deserialize_f64() => {
            b'-' | b'0'..=b'9' => |reader, visitor| number::visit(Requested::Number, reader, visitor),
        }
        deserialize_f32() => { b'-' | b'0'..=b'9' => |reader, visitor| number::visit(Requested::F32, reader, visitor), }
        deserialize_i128() => { b'-' | b'0'..=b'9' => |reader, visitor| number::visit_wide(reader, visitor, V::visit_i128), }
        deserialize_u128() => { b'-' | b'0'..=b'9' => |reader, visitor| number::visit_wide(reader, visitor, V::visit_u128), }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.raw_value()?;
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.peek() == Some(b'n') {
            self.word()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            DOOR if self.skip_text(REDACTED) => visitor.visit_str(REDACTED),
            DOOR => visitor.visit_some(self),
            RAW_VALUE => visit_entry(RAW_VALUE, BorrowedStrDeserializer::new(self.raw_value()?), visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }
}

/// Visits `true`, `false` or `null`.
#[inline]
fn visit_word<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    match reader.word()? {
        Some(bool) => visitor.visit_bool(bool),
        None => visitor.visit_unit(),
    }
}

struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// The depth inside the array.
    depth: usize,
    /// The number of elements that have been begun.
    count: usize,
    /// The offset of the last one.
    start: usize,
}

impl Elements<'_, '_> {
    #[cold]
    fn locate(&self, error: DecodeError) -> DecodeError {
        error.in_value(self.reader.at(self.start).next_type()).within(&(self.count - 1).to_string())
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = DecodeError;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        if !is_inside(self.reader, self.depth)? || !self.reader.next_element()? {
            return Ok(None);
        }
        self.count += 1;
        self.start = self.reader.offset();
        seed.deserialize(&mut *self.reader).map(Some).map_err(|error| self.locate(error))
    }
}

struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// The depth inside the object.
    depth: usize,
    /// The offset of the last name.
    name: usize,
}

impl<'r, 'de> Members<'r, 'de> {
    #[inline]
    fn new(reader: &'r mut Reader<'de>) -> Self {
        Self { depth: reader.depth(), name: 0, reader }
    }

    #[cold]
    fn locate(&self, error: DecodeError, is_in_name: bool) -> DecodeError {
        let mut reader = self.reader.at(self.name);
        let name = reader.string().unwrap_or_default();
        if is_in_name {
            return error.in_name(&name);
        }
        // The member has been read before, so that its colon is there.
        let _ = reader.colon();
        error.in_value(reader.next_type()).within(&name)
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, DecodeError> {
        if !is_inside(self.reader, self.depth)? {
            return Ok(None);
        }
        let Some(name) = self.reader.next_name()? else { return Ok(None) };
        self.name = self.reader.name_offset();
        let key = seed.deserialize(Text { text: name, is_name: true });
        key.map(Some).map_err(|error| self.locate(error, true))
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        seed.deserialize(&mut *self.reader).map_err(|error| self.locate(error, false))
    }
}

/// Returns `true` if the reader is inside the array or object with this depth, and `false` if it has left it.
#[inline]
fn is_inside(reader: &Reader<'_>, depth: usize) -> Result<bool, DecodeError> {
    if reader.depth() > depth {
        // A type has ignored the error of a nested value.
        return Err(DecodeError::custom("an element was not read to its end"));
    }
    Ok(reader.depth() == depth)
}

/// The variant of an enum: an object of one member.
pub(super) struct Variant<A>(pub(super) A);

impl<'de, A: MapAccess<'de, Error = DecodeError>> EnumAccess<'de> for Variant<A> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), DecodeError> {
        let variant = self.0.next_key_seed(seed)?;
        Ok((variant.ok_or_else(|| DecodeError::custom("no variant"))?, self))
    }
}

impl<'de, A: MapAccess<'de, Error = DecodeError>> VariantAccess<'de> for Variant<A> {
    type Error = DecodeError;

    fn unit_variant(mut self) -> Result<(), DecodeError> {
        self.0.next_value()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, DecodeError> {
        self.0.next_value_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.next_value_seed(Content(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.0.next_value_seed(Content(visitor))
    }
}

/// The content of a tuple or struct variant. The visitor of a tuple rejects an object by itself.
struct Content<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Content<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_struct("", &[], self.0)
    }
}
