//! A caller's own struct out of fields.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::{self, Debug, Display, Formatter};

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, Expected, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::fields::{Fields, Iter};
use crate::redactable::Redactable;
use crate::text::Printable;
use crate::value::Value;

/// Why fields do not fit a type.
///
/// `Display` and `Debug` name the field and the code, never the value. [`detail`](Self::detail) holds serde's own
/// words, which may quote the value: it is for a debugger, not for a log.
///
/// ```
/// #[derive(serde::Deserialize, Debug)]
/// struct Profile {
///     country: String,
/// }
///
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
/// let error = payload.decode::<Profile>().unwrap_err();
/// assert_eq!((error.field(), error.code()), (Some("country"), "redacted"));
/// assert_eq!(error.to_string(), "field `country` is redacted");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Failure);

const _: () = assert!(size_of::<DecodeError>() == size_of::<usize>());

impl DecodeError {
    /// The field, as it is called in the fields or in the type; `None` when it is not about one, or when serde
    /// has put the fields into a buffer before it found out (`flatten`, tagged and untagged enums).
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.0.field.as_deref()
    }

    /// The stable code: `redacted`, `wrong_type` (the field's type refuses the value), `missing_field`, `unknown_field` or
    /// `invalid` (the whole is refused by its own `Deserialize`).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.0.0.code {
            Code::Redacted => "redacted",
            Code::WrongType => "wrong_type",
            Code::MissingField => "missing_field",
            Code::UnknownField => "unknown_field",
            Code::Invalid => "invalid",
        }
    }

    /// What serde says, if it said something. It may hold personal data.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.0.detail.as_deref()
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.field() {
            Some(field) => write!(f, "field `{}`", Printable(field))?,
            None => f.write_str("a value")?,
        }
        f.write_str(match self.0.0.code {
            Code::Redacted => " is redacted",
            Code::WrongType => " does not have the expected type",
            Code::MissingField => " is absent",
            Code::UnknownField => " is not expected",
            Code::Invalid => " is refused by the type",
        })
    }
}

impl Debug for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError(\"{self}\")")
    }
}

impl std::error::Error for DecodeError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Redacted,
    WrongType,
    MissingField,
    UnknownField,
    Invalid,
}

/// What went wrong inside serde, on its way to a [`DecodeError`]: one word, since results of it are moved for each value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    code: Code,
    field: Option<Cow<'static, str>>,
    detail: Option<String>,
    /// Whether a value was wanted where there was none.
    is_unit: bool,
}

impl Failure {
    #[cold]
    fn new(code: Code) -> Self {
        Self(Box::new(Details { code, field: None, detail: None, is_unit: false }))
    }

    fn with_detail(mut self, detail: String) -> Self {
        self.0.detail = Some(detail);
        self
    }

    fn of_field(mut self, code: Code, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = code;
        self.0.field = Some(field.into());
        self
    }

    /// Without what is called a field, but is none of these: a type can take a value for a name.
    fn with_known_field(mut self, is_known: impl Fn(&str) -> bool) -> Self {
        if self.0.code == Code::UnknownField {
            self.0.field = self.0.field.filter(|field| is_known(field));
        }
        self
    }

    fn json(error: &serde_json::Error) -> Self {
        Self::new(Code::WrongType).with_detail(error.to_string())
    }

    fn unexpected(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        if let Unexpected::Bytes(bytes) = unexpected {
            if let Some(index) = redacted_index(bytes) {
                REFUSED.set(Some(index));
                return Self::new(Code::Redacted);
            }
        }
        let mut failure = Self::new(Code::WrongType);
        failure.0.is_unit = unexpected == Unexpected::Unit;
        failure.with_detail(format!("found {unexpected}, expected {expected}"))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.code)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<M: Display>(message: M) -> Self {
        Self::new(Code::Invalid).with_detail(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(unexpected, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Code::MissingField).of_field(Code::MissingField, field)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Code::UnknownField).of_field(Code::UnknownField, field.to_owned())
    }
}

impl From<Failure> for DecodeError {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

/// Reads JSON text.
pub(crate) fn json<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, DecodeError> {
    Ok(read_json(text)?)
}

/// Reads one value.
pub(crate) fn value<'de, T: Deserialize<'de>>(value: &'de Value<'_>) -> Result<T, DecodeError> {
    Ok(read(value).map_err(|failure| failure.with_known_field(|_| false))?)
}

/// Reads one string.
pub(crate) fn text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Failure> {
    // A type that wants JSON text, such as `RawValue`, gets it from serde_json.
    T::deserialize(TextDeserializer(text))
        .or_else(|failure| T::deserialize(serde_json::Value::from(text)).map_err(|_| failure))
}

fn read_json<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::json(&error))
}

fn read<'de, T: Deserialize<'de>>(value: &'de Value<'_>) -> Result<T, Failure> {
    match value {
        Value::String(string) => text(string),
        other => read_json(json_text(other)),
    }
}

/// The JSON text of a value that is not a string: those are kept without quotes and escapes.
fn json_text<'v>(value: &'v Value<'_>) -> &'v str {
    match value {
        Value::Null | Value::String(_) => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(number) => number.as_str(),
        Value::Array(json) | Value::Object(json) => json.get(),
    }
}

/// How many fields are looked at in all, when decoding starts again and again.
const MOST_WORK: usize = 256_000;

thread_local! {
    /// The redacted field that a plain type refused last, by its index. An untagged enum drops the errors of its variants, and
    /// with them which field it was.
    static REFUSED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Reads a whole set of fields.
///
/// A type that wants a redacted field in clear gets `None` for it if it is an `Option`. Where serde hands the
/// field over, the type can be tried twice. Where serde keeps it in a buffer, the second try needs a new
/// start, with that field presented as `null`.
pub(crate) fn fields<'de, T: Deserialize<'de>>(fields: &'de Fields<'_>) -> Result<T, DecodeError> {
    let mut nulls = BTreeSet::new();
    let mut last = None;
    loop {
        REFUSED.set(None);
        let failure = match T::deserialize(FieldsDeserializer { fields, nulls: &nulls }) {
            Ok(decoded) => return Ok(decoded),
            Err(failure) => failure,
        };
        let has_time = nulls.len() * fields.len() < MOST_WORK;
        match REFUSED.take().filter(|_| failure.0.field.is_none()) {
            Some(index) if has_time && nulls.insert(index) => last = Some(index),
            refused => {
                let to_blame = refused.or(last.filter(|_| failure.0.is_unit));
                let field = to_blame.and_then(|index| fields.iter().nth(index));
                return Err(match field {
                    Some((name, _)) => failure.of_field(Code::Redacted, name.to_owned()),
                    None => failure.with_known_field(|name| fields.contains(name)),
                }
                .into());
            }
        }
    }
}

struct FieldsDeserializer<'f, 'de, 'a> {
    fields: &'de Fields<'a>,
    nulls: &'f BTreeSet<usize>,
}

impl<'de> Deserializer<'de> for FieldsDeserializer<'_, 'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_map(FieldAccess {
            rest: self.fields.iter(),
            index: 0,
            current: None,
            nulls: self.nulls,
        })
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

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct FieldAccess<'f, 'de, 'a> {
    rest: Iter<'de, 'a>,
    /// How many fields have been begun.
    index: usize,
    current: Option<(&'de str, &'de Redactable<Value<'a>>)>,
    nulls: &'f BTreeSet<usize>,
}

impl FieldAccess<'_, '_, '_> {
    fn redacted(&self) -> RedactedDeserializer {
        let index = self.index.saturating_sub(1);
        if self.nulls.contains(&index) {
            RedactedDeserializer::Null
        } else {
            RedactedDeserializer::Marker(index)
        }
    }
}

impl<'de> MapAccess<'de> for FieldAccess<'_, 'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        self.current = self.rest.next();
        self.index += 1;
        match self.current {
            Some((name, _)) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        // A seed works once: it gets what `Redactable` and `Option` both understand, or nothing.
        let (name, field) = self.current.take().ok_or_else(|| Failure::new(Code::Invalid))?;
        match field {
            Redactable::Redacted => seed
                .deserialize(self.redacted())
                .map_err(|failure| failure.of_field(Code::Redacted, name.to_owned())),
            Redactable::Visible(Value::String(text)) => seed
                .deserialize(TextDeserializer(text))
                .map_err(|failure| failure.of_field(Code::WrongType, name.to_owned())),
            Redactable::Visible(value) => {
                let mut json = serde_json::Deserializer::from_str(json_text(value));
                let read = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
                read.map_err(|error| Failure::json(&error).of_field(Code::WrongType, name.to_owned()))
            }
        }
    }

    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, Failure> {
        let (name, field) = self.current.take().ok_or_else(|| Failure::new(Code::Invalid))?;
        match field {
            Redactable::Visible(value) => {
                read(value).map_err(|failure| failure.of_field(Code::WrongType, name.to_owned()))
            }
            Redactable::Redacted => T::deserialize(self.redacted())
                .or_else(|_| T::deserialize(RedactedDeserializer::None))
                .map_err(|failure| failure.of_field(Code::Redacted, name.to_owned())),
        }
    }

    fn next_entry<K: Deserialize<'de>, T: Deserialize<'de>>(&mut self) -> Result<Option<(K, T)>, Failure> {
        match self.next_key()? {
            Some(key) => Ok(Some((key, self.next_value()?))),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// How the bytes begin that stand for a redacted field inside serde's buffers: not UTF-8, so that no plain type takes
/// them for text. The field's index follows.
const MARKER: &[u8] = b"\xFF<<REDACTED>>";

/// The index of the redacted field that these bytes stand for.
fn redacted_index(bytes: &[u8]) -> Option<usize> {
    let index = bytes.strip_prefix(MARKER)?.try_into().ok()?;
    Some(usize::from_ne_bytes(index))
}

/// Whether these bytes stand for a redacted field. If so it is understood, and nobody need be asked again because a plain
/// type, in a variant that was not chosen, refused it.
pub(crate) fn takes_redacted(bytes: &[u8]) -> bool {
    let index = redacted_index(bytes);
    if index.is_some() && REFUSED.get() == index {
        REFUSED.set(None);
    }
    index.is_some()
}

/// A redacted field, as one of those who may want it understands it.
#[derive(Clone, Copy)]
enum RedactedDeserializer {
    /// For `Redactable`, and for serde's buffers on the way to one.
    Marker(usize),
    /// For an `Option`, and nothing else.
    None,
    /// For an `Option` behind one of serde's buffers.
    Null,
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Failure> {
            Err(Failure::new(Code::Redacted))
        })*
    };
}

impl<'de> Deserializer<'de> for RedactedDeserializer {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self {
            Self::Marker(index) => visitor.visit_byte_buf([MARKER, &index.to_ne_bytes()].concat()),
            Self::None => Err(Failure::new(Code::Redacted)),
            Self::Null => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self {
            Self::Marker(_) => visitor.visit_some(self),
            Self::None | Self::Null => visitor.visit_none(),
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

/// A visible string: what serde's own deserializer for `&str` lacks is `Option`, newtypes and bytes.
struct TextDeserializer<'de>(&'de str);

impl<'de> Deserializer<'de> for TextDeserializer<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_borrowed_str(self.0)
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
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_borrowed_bytes(self.0.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_bytes(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
