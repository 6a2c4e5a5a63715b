//! A caller's own struct out of fields.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};

use serde::de::{self, DeserializeSeed, Deserializer, Expected, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::hidden::{self, HiddenDeserializer, Mark, STRANGER, Shown, Trace};
use crate::json::printable::Printable;
use crate::payload::Payload;
use crate::payload::fields::{Fields, FieldsIter as Iter};
use crate::payload::value::{RawJson, Value};
use crate::redactable::{REDACTED, Redactable};
use crate::string_deserializer::StringDeserializer;

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
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Failure(Box<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    code: Code,
    field: Option<Cow<'static, str>>,
    detail: Option<String>,
    /// Whether a value was wanted where there is nothing, as there is in the place of a redacted field.
    wants_more: bool,
}

impl Failure {
    #[cold]
    fn new(code: Code) -> Self {
        Self(Box::new(Details { code, field: None, detail: None, wants_more: false }))
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

    /// Of a field's name.
    fn of_name(self, name: &str) -> Self {
        if self.0.code == Code::UnknownField { self } else { self.of_field(Code::WrongType, name.to_owned()) }
    }

    /// Of a value that is no field.
    fn of_value(mut self) -> Self {
        (self.0.code, self.0.field) = (Code::WrongType, None);
        self
    }

    /// Without what is called a field, but is none of these: a type can take a value for a name.
    fn with_known_field(mut self, is_known: impl Fn(&str) -> bool) -> Self {
        if self.0.code == Code::UnknownField {
            self.0.field = self.0.field.filter(|field| is_known(field));
        }
        self
    }

    /// With the field in whose place there was nothing, if that is what it is about.
    fn blamed_on(mut self, fields: &Fields<'_>, index: Option<usize>) -> Self {
        if self.0.wants_more && self.0.field.is_none() {
            self = Self::redacted();
            let field = index.and_then(|index| fields.iter().nth(index));
            self.0.field = field.map(|(name, _)| name.to_owned().into());
        }
        self.with_known_field(|name| fields.contains_key(name))
    }

    #[cold]
    pub(crate) fn redacted() -> Self {
        Self::new(Code::Redacted)
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::new(Code::WrongType).with_detail(error.to_string())
    }

    fn unexpected(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        if hidden::is_refused(&unexpected) {
            return Self::redacted();
        }
        let mut failure = Self::new(Code::WrongType);
        failure.0.wants_more = unexpected == Unexpected::Option;
        failure.with_detail(format!("found {unexpected}, expected {expected}"))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.code)
    }
}

/// A caller's type may print the error it is given: it tells no more than the code.
impl Debug for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
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

impl Payload<'_> {
    /// Deserializes the fields into a type of your own.
    ///
    /// # Errors
    ///
    /// The fields do not fit the type.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        self.fields().decode()
    }
}

impl Fields<'_> {
    /// Deserializes the fields into a type of your own.
    ///
    /// # Errors
    ///
    /// The fields do not fit the type.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        fields(self)
    }
}

impl Value<'_> {
    /// Deserializes the value into a type of your own.
    ///
    /// # Errors
    ///
    /// The value does not fit the type.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        value(self)
    }
}

impl RawJson<'_> {
    /// Deserializes the JSON into a type of your own.
    ///
    /// # Errors
    ///
    /// The JSON does not fit the type.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        json(self.get())
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
    Ok(read(value).map_err(Failure::of_value)?)
}

/// Reads one string.
pub(crate) fn text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Failure> {
    T::deserialize(StringDeserializer::value(text)).or_else(|failure| {
        // A type that wants JSON text, such as `RawValue`, gets it from serde_json.
        let json = serde_json::to_string(text).unwrap_or_default();
        T::deserialize(&mut serde_json::Deserializer::from_reader(json.as_bytes())).map_err(|_| failure)
    })
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

/// How many fields are found to be refused one by one. Structs that keep so many in a buffer are hardly to be found.
const MOST_REFUSED: usize = 64;

/// Reads a whole set of fields.
///
/// A type that wants a redacted field in clear gets `None` for it if it is an `Option`. Where serde hands the field over, the
/// type can be asked twice. Where serde keeps it in a buffer, that takes another attempt, with nothing in the field's place;
/// so it does where a type took what stands for the field, since it takes anything.
pub(crate) fn fields<'de, T: Deserialize<'de>>(fields: &'de Fields<'_>) -> Result<T, DecodeError> {
    let mut shown = Shown::default();
    let mut to_blame = None;
    loop {
        let (decoded, trace) = attempt::<T>(fields, &shown);
        let refused = trace.first_refused(decoded.is_ok(), |_| true);
        let to_hide = match &decoded {
            Ok(_) if refused.is_none() => trace.taken().collect(),
            Err(failure) if failure.0.field.is_some() || failure.0.wants_more => Vec::new(),
            _ if marked(fields, &shown).next().is_none() => Vec::new(),
            _ => {
                let of_structs = refused_by_structs::<T>(fields, &shown, refused.is_some());
                to_blame = of_structs.last().copied();
                if of_structs.is_empty() { left(fields, &shown, &trace, refused) } else { of_structs }
            }
        };
        if to_hide.is_empty() {
            return decoded.map_err(|failure| failure.blamed_on(fields, to_blame).into());
        }
        shown.nothing.extend(to_hide);
    }
}

/// The redacted fields that structs refuse: these have only so many, so each gets an attempt of its own.
///
/// No struct wants a stranger, and a map, which comes to it first, gets no further where it refuses it.
fn refused_by_structs<'de, T: Deserialize<'de>>(
    fields: &'de Fields<'_>,
    shown: &Shown,
    tells_bytes: bool,
) -> Vec<usize> {
    // Perhaps a type refused the bytes in its own words.
    let mark = if tells_bytes { Mark::Bytes } else { Mark::Character };
    let mut shown = Shown { mark, with_stranger: true, ..shown.clone() };
    let mut refused = Vec::new();
    while shown.nothing.len() < MOST_REFUSED {
        let (decoded, trace) = attempt::<T>(fields, &shown);
        // It may have been a character of the body's.
        let is_marked = |index| is_marked(fields, &shown, index);
        let Some(index) = trace.first_refused(decoded.is_ok(), is_marked) else { break };
        shown.nothing.insert(index);
        refused.push(index);
    }
    refused
}

/// The redacted fields that are left to hide, where a map refuses one or nobody tells which it is: as many as the body likes.
///
/// What a `Redactable` understood stays, unless a map that refuses it reads it too.
fn left(fields: &Fields<'_>, shown: &Shown, trace: &Trace, refused: Option<usize>) -> Vec<usize> {
    let spares = refused.is_none_or(|index| !trace.understood.contains(&index));
    marked(fields, shown).filter(|index| !(spares && trace.understood.contains(index))).collect()
}

/// The redacted fields that do not stand as nothing yet.
fn marked<'s>(fields: &'s Fields<'_>, shown: &'s Shown) -> impl Iterator<Item = usize> + 's {
    (0..fields.len()).filter(|index| is_marked(fields, shown, *index))
}

fn is_marked(fields: &Fields<'_>, shown: &Shown, index: usize) -> bool {
    let field = fields.iter().nth(index);
    field.is_some_and(|(_, field)| field.is_redacted() && !shown.nothing.contains(&index))
}

fn attempt<'de, T: Deserialize<'de>>(fields: &'de Fields<'_>, shown: &Shown) -> (Result<T, Failure>, Trace) {
    hidden::traced(shown, || T::deserialize(FieldsDeserializer { fields, shown }))
}

struct FieldsDeserializer<'f, 'de, 'a> {
    fields: &'de Fields<'a>,
    shown: &'f Shown,
}

impl<'de> Deserializer<'de> for FieldsDeserializer<'_, 'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_map(FieldAccess {
            rest: self.fields.iter(),
            index: 0,
            current: None,
            shown: self.shown,
            has_stranger: self.shown.with_stranger,
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
    current: Option<Current<'de, 'a>>,
    shown: &'f Shown,
    /// Whether the stranger is still to come: before all others, of which one may be refused.
    has_stranger: bool,
}

/// A field whose name was read.
struct Current<'de, 'a> {
    index: usize,
    name: &'de str,
    field: &'de Redactable<Value<'a>>,
}

impl<'de, 'a> FieldAccess<'_, 'de, 'a> {
    #[inline]
    fn advance(&mut self) -> Option<Current<'de, 'a>> {
        if std::mem::take(&mut self.has_stranger) {
            return Some(Current { index: STRANGER, name: REDACTED, field: &Redactable::Redacted });
        }
        let (name, field) = self.rest.next()?;
        self.index += 1;
        Some(Current { index: self.index - 1, name, field })
    }
}

impl<'de> MapAccess<'de> for FieldAccess<'_, 'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        self.current = self.advance();
        match &self.current {
            Some(Current { name, .. }) => {
                let key = seed.deserialize(StringDeserializer::name(name)).map(Some);
                key.map_err(|failure| failure.of_name(name))
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        // A seed works once: it gets what `Redactable` and `Option` both understand, or nothing.
        let Current { index, name, field } =
            self.current.take().ok_or_else(|| Failure::new(Code::Invalid))?;
        match field {
            Redactable::Redacted => {
                let field = HiddenDeserializer::new(self.shown, index);
                seed.deserialize(field).map_err(|failure| {
                    // An `Option` that was not asked twice takes nothing, in another attempt.
                    if field.is_refused() {
                        failure
                    } else {
                        failure.of_field(Code::Redacted, name.to_owned())
                    }
                })
            }
            Redactable::Visible(Value::String(text)) => seed
                .deserialize(StringDeserializer::value(text))
                .map_err(|failure| failure.of_field(Code::WrongType, name.to_owned())),
            Redactable::Visible(value) => {
                let mut json = serde_json::Deserializer::from_str(json_text(value));
                let read = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
                read.map_err(|error| Failure::json(&error).of_field(Code::WrongType, name.to_owned()))
            }
        }
    }

    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, Failure> {
        let Current { index, name, field } =
            self.current.take().ok_or_else(|| Failure::new(Code::Invalid))?;
        match field {
            Redactable::Visible(value) => {
                read(value).map_err(|failure| failure.of_field(Code::WrongType, name.to_owned()))
            }
            Redactable::Redacted => hidden::read(HiddenDeserializer::new(self.shown, index))
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
