//! Lookup values, which identify a user.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};
use std::hash::{Hash, Hasher};

use serde::Serialize;

use super::fields::{identifier, shown};
use super::members::Members;
use super::value::{RawJson, Value};
use crate::json::printable::DebugName;
use crate::redactable::Redactable;

/// A lookup value: the name and value of a field that identifies a user, such as an e-mail address.
///
/// The vendor's payload reference promises at least one in every payload (`meta.lookup_values`). After an address change, a
/// lookup value may be the old address, and its letter case may differ from the field's. A redacted one never identifies a user.
///
/// Lookup values are equal if field, value and unknown members are. `Debug` shows the field's name and the value's length.
///
/// # Examples
///
/// ```
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DELETE)?;
/// let email = payload.lookup("email").unwrap();
/// assert_eq!(email.identifier(), Some("jrose@acme.com"));
/// assert_eq!(format!("{email:?}"), r#"LookupValue { field: "email", value: string of 14 bytes }"#);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct LookupValue<'a> {
    pub(crate) field: Cow<'a, str>,
    /// A visible value is a string or a number.
    pub(crate) value: Redactable<Value<'a>>,
    #[serde(flatten)]
    pub(crate) unknown: Members<'a, RawJson<'a>>,
}

impl<'a> LookupValue<'a> {
    pub(crate) fn new(field: &str, text: Cow<'_, str>) -> LookupValue<'static> {
        let value = Redactable::Visible(Value::String(text.into_owned().into()));
        LookupValue { field: field.to_owned().into(), value, unknown: Members::default() }
    }

    /// Returns the field's name, such as `email` or `phone_number`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the value: the string, or the text of the number that was sent instead.
    #[must_use]
    pub fn value(&self) -> Redactable<&str> {
        self.value.as_ref().map(|value| value.text().map_or("", |text| text))
    }

    /// Returns the value if it can identify a user: it is neither redacted nor empty.
    ///
    /// Compare e-mail addresses without regard to ASCII case, and everything else exactly.
    #[must_use]
    pub fn identifier(&self) -> Option<&str> {
        identifier(&self.value).map(|text| &**text)
    }

    /// Iterates over the members that this crate does not know, sorted by name.
    #[must_use]
    pub fn unknown_members(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, &RawJson<'a>)> + DoubleEndedIterator + Clone {
        self.unknown.iter()
    }

    /// Converts the lookup value into an owned one.
    #[must_use]
    pub fn into_owned(self) -> LookupValue<'static> {
        LookupValue {
            field: self.field.into_owned().into(),
            value: self.value.map(Value::into_owned),
            unknown: self.unknown.into_owned(RawJson::into_owned),
        }
    }
}

impl Hash for LookupValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.field.hash(state);
        self.value().hash(state);
    }
}

impl Debug for LookupValue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupValue")
            .field("field", &DebugName(&self.field))
            .field("value", shown(&self.value))
            .finish()
    }
}

/// Iterates over the lookup values that can identify a user: fields and values.
pub(crate) fn identifiers<'l>(
    lookup_values: &'l [LookupValue<'_>],
) -> impl Iterator<Item = (&'l str, &'l str)> {
    lookup_values.iter().filter_map(|lookup| Some((lookup.field(), lookup.identifier()?)))
}
