//! What a field holds.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::canonical;
use crate::decode::{self, DecodeError};
use crate::scan;
use crate::slim::Raw;

/// What a field holds: one of JSON's six types.
///
/// The types of a Rownd profile schema arrive so: string, image, document (both a URL) and date as `String`,
/// number as `Number`, boolean as `Bool`, object as `Object`, array as `Array`.
///
/// Equality is by meaning: strings by their text, numbers by theirs (`1.0` is not `1`), nested JSON
/// regardless of white space, escapes and the order of members. `Debug` tells type and length, never the value.
///
/// ```
/// let body = r#"{"data":{"user_id":"u","score":3,"seen":"2025-01-27T16:44:05.191Z"},"redacted":[],
///     "meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;
/// let payload = rownd_webhooks::from_str(body)?;
/// let value = |name| payload.field(name).and_then(|field| field.visible()).unwrap();
/// assert_eq!(value("score").as_i64(), Some(3));
/// assert_eq!(value("seen").as_datetime().unwrap().timestamp_millis(), 1_737_996_245_191);
/// assert_eq!(format!("{:?}", value("seen")), "string of 24 bytes");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, to the letter.
    Number(Number<'a>),
    /// A string, its escapes resolved: a slice of the body if it had none.
    String(Cow<'a, str>),
    /// An array, as the text it came in.
    Array(RawJson<'a>),
    /// An object, as the text it came in.
    Object(RawJson<'a>),
}

impl<'a> Value<'a> {
    /// The value that a JSON text stands for, `None` when a string in it is half a surrogate pair.
    pub(crate) fn from_raw(raw: &'a RawValue) -> Option<Self> {
        let text = raw.get();
        Some(match text.as_bytes().first() {
            Some(b'"') => Self::String(scan::unescape(text)?),
            Some(b'{') => Self::Object(RawJson(Raw::Borrowed(raw))),
            Some(b'[') => Self::Array(RawJson(Raw::Borrowed(raw))),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(Number(Raw::Borrowed(raw))),
        })
    }

    /// The JSON type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<&Number<'a>> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, if it is an integer that fits; see [`Number::as_i64`].
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number, if it is an integer that fits; see [`Number::as_u64`].
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number's nearest float; see [`Number::as_f64`].
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The calendar date of a string such as `2025-01-27`: four digits, two, two, and a day that exists.
    #[must_use]
    pub fn as_date(&self) -> Option<NaiveDate> {
        self.as_str().and_then(date)
    }

    /// The instant of a string such as `2025-01-27T16:44:05.191Z`: RFC 3339 with `Z` or an offset.
    ///
    /// Years have four digits, minutes sixty seconds: there is no leap second, and what an offset moves out of the
    /// years 0 to 9999 is `None`. More than nine digits behind the point are cut.
    #[must_use]
    pub fn as_datetime(&self) -> Option<DateTime<Utc>> {
        self.as_str().and_then(datetime)
    }

    /// Reads the value into a type of your own, as serde_json would.
    ///
    /// Errors: `wrong_type`, with no field.
    ///
    /// ```
    /// # let body = r#"{"data":{"tags":["a","b"]},"meta":{"operation":"data_update"}}"#;
    /// # let payload = rownd_webhooks::from_str(body)?;
    /// let tags = payload.field("tags").and_then(|field| field.visible()).unwrap();
    /// assert_eq!(tags.decode::<Vec<String>>().unwrap(), ["a", "b"]);
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        decode::value(self)
    }

    /// The same value, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Number(number) => Value::Number(number.into_owned()),
            Self::String(text) => Value::String(text.into_owned().into()),
            Self::Array(json) => Value::Array(json.into_owned()),
            Self::Object(json) => Value::Object(json.into_owned()),
        }
    }
}

impl Debug for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("boolean"),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => write!(f, "string of {} bytes", text.len()),
            Self::Array(json) | Self::Object(json) => json.fmt(f),
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(json) | Self::Object(json) => json.serialize(serializer),
        }
    }
}

/// A JSON number, kept as its text: integers above 2^64, 300 digits and `1e400` survive to the letter.
///
/// Equality is by text: `1.0` is not `1`. `Debug` tells the length, never the digits.
#[derive(Clone)]
pub struct Number<'a>(Raw<'a>);

impl Number<'_> {
    /// The text, as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The number, if its text is that of an integer from -2^63 to 2^63-1; `3.0` and `3e0` are not.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_str().parse().ok()
    }

    /// The number, if its text is that of an integer from 0 to 2^64-1; `3.0` and `3e0` are not.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// The nearest float, if it is finite: `1e400` has none.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_str().parse().ok().filter(|float: &f64| float.is_finite())
    }

    /// The same number, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Number<'static> {
        Number(self.0.into_owned())
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Number<'_> {}

impl Debug for Number<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "number of {} bytes", self.as_str().len())
    }
}

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Nested JSON, kept as its text.
///
/// Reading it costs nothing until it is asked for, and then no more than its size: it is checked not to nest deeper
/// than serde_json reads, nor to hold a name that serde_json reserves. Equality is by meaning: white space, escapes
/// and the order of members do not count, numbers compare by their text. `Debug` tells type and length.
///
/// ```
/// # let body = r#"{"data":{"address":{"city":"Raleigh"}},"meta":{"operation":"data_update"}}"#;
/// # let payload = rownd_webhooks::from_str(body)?;
/// use rownd_webhooks::{Redactable, Value};
///
/// let Some(Redactable::Visible(Value::Object(address))) = payload.field("address") else { panic!() };
/// assert_eq!(address.get(), r#"{"city":"Raleigh"}"#);
/// assert_eq!(address.to_value().unwrap()["city"], "Raleigh");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct RawJson<'a>(pub(crate) Raw<'a>);

impl RawJson<'_> {
    /// The text, as it came.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads it into a type of your own, as serde_json would.
    ///
    /// Errors: `wrong_type`, with no field.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        decode::json(self.get())
    }

    /// Reads it into a tree.
    ///
    /// Errors: `wrong_type`, when a number is out of the range that serde_json's `Value` can hold.
    pub fn to_value(&self) -> Result<serde_json::Value, DecodeError> {
        self.decode()
    }

    /// The same JSON, free of the body.
    #[must_use]
    pub fn into_owned(self) -> RawJson<'static> {
        RawJson(self.0.into_owned())
    }
}

impl PartialEq for RawJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get() || canonical::json(self.get()) == canonical::json(other.get())
    }
}

impl Eq for RawJson<'_> {}

impl Debug for RawJson<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = self.get();
        write!(f, "{} of {} bytes", scan::type_name(text.as_bytes().first().copied()), text.len())
    }
}

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Reads `YYYY-MM-DD` and nothing else.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    has_shape(text.as_bytes(), b"0000-00-00").then(|| text.parse().ok())?
}

/// Reads RFC 3339 without chrono's leniency: long years, leap seconds, a space for the `T`, a Unicode minus.
pub(crate) fn datetime(text: &str) -> Option<DateTime<Utc>> {
    let (date_and_time, rest) = text.as_bytes().split_at_checked(19)?;
    let rest = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..)?
        }
        _ => rest,
    };
    let has_offset = match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', offset @ ..] => has_shape(offset, b"00:00"),
        _ => false,
    };
    let is_leap_second = date_and_time.ends_with(b":60");
    if !has_shape(date_and_time, b"0000-00-00T00:00:00") || !has_offset || is_leap_second {
        return None;
    }
    let datetime = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999).contains(&datetime.year()).then_some(datetime)
}

/// Whether `text` has digits where `shape` has zeros, and its letters and signs elsewhere.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte.eq_ignore_ascii_case(other),
        })
}
