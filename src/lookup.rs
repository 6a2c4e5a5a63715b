//! How to find a user who has no id in the receiver's own store.

use std::fmt::{self, Debug, Formatter};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::redactable::{REDACTED, Redactable};
use crate::slim::{Raw, Text};
use crate::sorted::Sorted;
use crate::text::Printable;
use crate::value::RawJson;

/// A lookup value: a field that tells users apart, such as their e-mail address, and its value.
///
/// The vendor's payload reference promises at least one in every payload (`meta.lookup_values`). One that is
/// redacted is never used to find a user.
///
/// Equality compares field, value and unknown members. `Debug` shows the field's name and the value's length.
///
/// ```
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DELETE)?;
/// let email = payload.lookup("email").unwrap();
/// assert_eq!(email.value().into_visible(), Some("jrose@acme.com"));
/// assert_eq!(format!("{email:?}"), r#"LookupValue { field: "email", value: string of 14 bytes }"#);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LookupValue<'a> {
    pub(crate) field: Text<'a>,
    pub(crate) value: LookupText<'a>,
    pub(crate) extra: Option<Box<Sorted<'a, RawJson<'a>>>>,
}

/// What stands for the value, such that it can be written back as it came.
#[derive(Clone)]
pub(crate) enum LookupText<'a> {
    String(Text<'a>),
    Number(Raw<'a>),
    Redacted,
}

impl<'a> LookupText<'a> {
    /// A string: the sentinel redacts a lookup value as it does a field.
    pub(crate) fn new(text: Text<'a>) -> Self {
        if &*text == REDACTED { Self::Redacted } else { Self::String(text) }
    }

    fn as_redactable(&self) -> Redactable<&str> {
        match self {
            Self::String(text) => Redactable::Visible(text),
            Self::Number(number) => Redactable::Visible(number.get()),
            Self::Redacted => Redactable::Redacted,
        }
    }
}

impl PartialEq for LookupText<'_> {
    fn eq(&self, other: &Self) -> bool {
        matches!(self, Self::Number(_)) == matches!(other, Self::Number(_))
            && self.as_redactable() == other.as_redactable()
    }
}

impl Eq for LookupText<'_> {}

impl LookupValue<'_> {
    /// The field's name, such as `email` or `phone_number`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value: the text of a string, or that of a number where one came instead.
    #[must_use]
    pub fn value(&self) -> Redactable<&str> {
        self.value.as_redactable()
    }

    /// The members that this crate does not know, sorted by name.
    pub fn extra(&self) -> impl Iterator<Item = (&str, &RawJson<'_>)> {
        self.extra.iter().flat_map(|extra| extra.as_slice()).map(|(name, json)| (&**name, json))
    }

    /// The value, if a user can be found by it: it is neither redacted nor empty.
    #[must_use]
    pub fn usable(&self) -> Option<&str> {
        match self.value.as_redactable() {
            Redactable::Visible(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The same lookup value, free of the body.
    #[must_use]
    pub fn into_owned(self) -> LookupValue<'static> {
        LookupValue {
            field: self.field.into_owned(),
            value: match self.value {
                LookupText::String(text) => LookupText::String(text.into_owned()),
                LookupText::Number(number) => LookupText::Number(number.into_owned()),
                LookupText::Redacted => LookupText::Redacted,
            },
            extra: self.extra.map(|extra| Box::new(extra.into_owned(RawJson::into_owned))),
        }
    }
}

impl Debug for LookupValue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value = match &self.value {
            LookupText::String(text) => format!("string of {} bytes", text.len()),
            LookupText::Number(number) => format!("number of {} bytes", number.get().len()),
            LookupText::Redacted => "Redacted".to_owned(),
        };
        write!(f, "LookupValue {{ field: \"{}\", value: {value} }}", Printable(&self.field))
    }
}

impl Serialize for LookupValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", self.field())?;
        match &self.value {
            LookupText::String(text) => map.serialize_entry("value", &**text)?,
            LookupText::Number(number) => map.serialize_entry("value", &**number)?,
            LookupText::Redacted => map.serialize_entry("value", REDACTED)?,
        }
        for (name, json) in self.extra() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}
