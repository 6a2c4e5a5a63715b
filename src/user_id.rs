//! Who a payload is about.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};

use serde::Serialize;

use crate::text::Printable;
use crate::value::Value;

/// The vendor's identifier of a user: opaque text, never empty.
///
/// It is a UUID in old accounts, like `user_a3vc29gjsaf0h` in new ones, and anything an import gave it. Two
/// are equal when their texts are, byte for byte.
///
/// `Display` and `Debug` show it, since an identifier is what logs need, but escape and cut it, since anyone can
/// send one; [`as_str`](Self::as_str) and `Serialize` give it as it came.
///
/// ```
/// let payload = rownd_webhooks::from_str(r#"{"data":{"user_id":"u\u00071"},"meta":{"operation":"delete"}}"#)?;
/// let user_id = payload.user_id().unwrap();
/// assert_eq!(user_id.as_str(), "u\u{7}1");
/// assert_eq!(user_id.to_string(), r"u\u{7}1");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UserId<'a>(Cow<'a, str>);

impl<'a> UserId<'a> {
    /// A field's value as a user id, if it is a string and not empty.
    pub(crate) fn of(value: &Value<'a>) -> Option<Self> {
        match value {
            Value::String(text) if !text.is_empty() => Some(Self(text.clone())),
            _ => None,
        }
    }

    /// The text as a user id, unless it is empty.
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(Self(Cow::Borrowed(text)))
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same id, free of the body.
    #[must_use]
    pub fn into_owned(self) -> UserId<'static> {
        UserId(self.0.into_owned().into())
    }
}

impl AsRef<str> for UserId<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Display for UserId<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printable(&self.0).fmt(f)
    }
}

impl Debug for UserId<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "UserId(\"{self}\")")
    }
}
