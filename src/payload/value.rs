//! The value of a field.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};

use serde::Serialize;

use crate::error::{ParseError, ParseErrorKind};
use crate::json::{Reader, Token, canonical, serialize_text, tree, type_name};
use crate::redactable::{REDACTED, Redactable};

/// The value of a field: one of JSON's six types.
///
/// Rownd's schema types map as follows: string, image and document (URLs) and date to `String`, number to `Number`, boolean to
/// `Bool`, object to `Object`, array to `Array`.
///
/// Strings and numbers compare by their text (`1.0` is not `1`), and nested JSON as [`RawJson`] does. `Debug` shows the type and
/// the length, never the value.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::Value;
///
/// let body = r#"{"data":{"user_id":"u","score":3,"seen":"2025-01-27T16:44:05.191Z"},"redacted":[],
///     "meta":{"operation":"data_update","lookup_values":[{"field":"email","value":"a@example.com"}]}}"#;
/// let payload = rownd_webhooks::from_str(body)?;
/// assert_eq!(payload.value("score").and_then(Value::as_i64), Some(3));
/// let seen = payload.value("seen").and_then(Value::as_datetime).unwrap();
/// assert_eq!(seen.timestamp_millis(), 1_737_996_245_191);
/// assert_eq!(format!("{:?}", Value::from("Juliet")), "string of 6 bytes");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its text.
    Number(Number<'a>),
    /// A string with its escapes resolved: a slice of the body if it had none. A lone surrogate is U+FFFD.
    String(Cow<'a, str>),
    /// An array, as its text.
    Array(RawJson<'a>),
    /// An object, as its text.
    Object(RawJson<'a>),
}

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn new(token: Token<'a>) -> Self {
        match token {
            Token::Null => Self::Null,
            Token::Bool(bool) => Self::Bool(bool),
            Token::Number(text) => Self::Number(Number(text.into())),
            Token::String(text) => Self::String(text),
            Token::Array(text) => Self::Array(RawJson(text.into())),
            Token::Object(text) => Self::Object(RawJson(text.into())),
        }
    }

    /// Returns the name of the JSON type: `null`, `boolean`, `number`, `string`, `array` or `object`.
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

    /// Returns the value as text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as a `bool`, if it is a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// Returns the text that can identify a user: that of a string or number.
    pub(crate) fn text(&self) -> Option<&Cow<'a, str>> {
        match self {
            Self::String(text) | Self::Number(Number(text)) => Some(text),
            Self::Null | Self::Bool(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    fn as_number(&self) -> Option<&Number<'a>> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the value as an `i64`, if it is an integer in range; see [`Number::as_i64`].
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Returns the value as a `u64`, if it is an integer in range; see [`Number::as_u64`].
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// Returns the value as the nearest `f64`, if it is a number; see [`Number::as_f64`].
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// Converts the value into a `serde_json::Value`.
    ///
    /// A number that is out of range there, such as `1e400`, becomes a string of its digits. If nested members have the same
    /// name, the last one stays.
    ///
    /// ```
    /// use rownd_webhooks::Value;
    ///
    /// let tags = Value::try_from(serde_json::json!(["a", 1]))?;
    /// assert_eq!(tags.to_json(), serde_json::json!(["a", 1]));
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(bool) => (*bool).into(),
            Self::String(text) => (&**text).into(),
            Self::Number(Number(json)) | Self::Array(RawJson(json)) | Self::Object(RawJson(json)) => {
                tree::value(json)
            }
        }
    }

    /// Converts the value into an owned one.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => bool.into(),
            Self::Number(number) => Value::Number(number.into_owned()),
            Self::String(text) => Value::String(text.into_owned().into()),
            Self::Array(json) => Value::Array(json.into_owned()),
            Self::Object(json) => Value::Object(json.into_owned()),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Number(number.to_string().into()))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(Number(number.to_string().into()))
    }
}

impl TryFrom<f64> for Value<'_> {
    type Error = ParseError;

    /// Converts a finite float.
    ///
    /// # Errors
    ///
    /// Returns an error with the code `wrong_type` if the float is infinite or NaN.
    fn try_from(float: f64) -> Result<Self, ParseError> {
        let kind = ParseErrorKind::WrongType { expected: "a finite number", found: "number" };
        let number = serde_json::Number::from_f64(float).ok_or_else(|| ParseError::new(kind))?;
        Ok(Self::Number(Number(number.to_string().into())))
    }
}

impl TryFrom<serde_json::Value> for Value<'static> {
    type Error = ParseError;

    /// Converts a `serde_json::Value` that a field of a body can have.
    ///
    /// # Errors
    ///
    /// Returns an error with the code `too_deep` for more than 125 levels, since a body has two more around a field, and
    /// `reserved_name` for a name that serde_json reserves, at any level.
    fn try_from(tree: serde_json::Value) -> Result<Self, ParseError> {
        let text = tree::field_text(&tree).map_err(ParseError::from_json)?;
        let token = Reader::new(&text).value().map_err(|error| ParseError::from_json(error.kind))?;
        Ok(Value::new(token).into_owned())
    }
}

impl PartialEq<str> for Value<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<bool> for Value<'_> {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

impl PartialEq<i64> for Value<'_> {
    fn eq(&self, other: &i64) -> bool {
        self.as_i64() == Some(*other)
    }
}

impl Debug for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null | Self::Bool(_) => f.write_str(self.type_name()),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => write!(f, "string of {} bytes", text.len()),
            Self::Array(json) | Self::Object(json) => json.fmt(f),
        }
    }
}

/// Returns the field with this value: redacted if the value is the sentinel.
#[inline]
pub(crate) fn field_with(value: Value<'_>) -> Redactable<Value<'_>> {
    if value == REDACTED { Redactable::Redacted } else { Redactable::Visible(value) }
}

/// A JSON number, kept as its text, so that no digit is lost.
///
/// Numbers compare by their text: `1.0` is not `1`. `Debug` shows the length, never the digits.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Number<'a>(#[serde(serialize_with = "serialize_text")] Cow<'a, str>);

impl Number<'_> {
    /// Returns the text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number as an `i64`, if its text is an integer in range. `3.0` and `3e0` are not.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_str().parse().ok()
    }

    /// Returns the number as a `u64`, if its text is an integer in range. `3.0` and `3e0` are not.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// Returns the nearest `f64`, if it is finite: `1e400` has none.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_str().parse().ok().filter(|float: &f64| float.is_finite())
    }

    /// Converts the number into an owned one.
    #[must_use]
    pub fn into_owned(self) -> Number<'static> {
        Number(self.0.into_owned().into())
    }
}

impl Debug for Number<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "number of {} bytes", self.as_str().len())
    }
}

/// Nested JSON, kept as its text.
///
/// The text is always valid JSON. It compares by meaning: whitespace, escapes and the order of members do not matter, and numbers
/// compare by their text. `Debug` shows the type and the length.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::Value;
///
/// let body = r#"{"data":{"address":{"city":"Raleigh"}},"meta":{"operation":"data_update"}}"#;
/// let payload = rownd_webhooks::from_str(body)?;
/// let Some(Value::Object(address)) = payload.value("address") else { panic!("an object") };
/// assert_eq!(address.as_str(), r#"{"city":"Raleigh"}"#);
/// assert_eq!(address.to_json()["city"], "Raleigh");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct RawJson<'a>(#[serde(serialize_with = "serialize_text")] Cow<'a, str>);

impl<'a> RawJson<'a> {
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self(text.into())
    }

    /// Returns the JSON text as received, except that lone surrogates are `\ufffd`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Converts the JSON into a `serde_json::Value`; see [`Value::to_json`].
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        tree::value(self.as_str())
    }

    /// Converts the JSON into an owned one.
    #[must_use]
    pub fn into_owned(self) -> RawJson<'static> {
        RawJson(self.0.into_owned().into())
    }
}

impl PartialEq for RawJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() || canonical(self.as_str()) == canonical(other.as_str())
    }
}

impl Eq for RawJson<'_> {}

impl Debug for RawJson<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (type_name(self.as_str()), self.as_str().len()) {
            // The length would reveal whether it is `true`.
            (found @ ("boolean" | "null"), _) => f.write_str(found),
            (found, length) => write!(f, "{found} of {length} bytes"),
        }
    }
}
