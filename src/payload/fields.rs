//! The fields of a profile.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};
use std::{iter, slice};

use serde::Serialize;

use super::members::{Member, Members};
use super::value::{Value, field_with};
use crate::json::is_reserved;
use crate::json::printable::DebugName;
use crate::redactable::Redactable;

/// The fields of a profile: names and values, each visible or redacted.
///
/// They contain every field that a body names, in `data` or in `redacted`. The operator chooses the fields. Common names are
/// `user_id`, `email`, `phone_number` (E.164), `first_name`, `last_name`, `google_id`, `apple_id`, `anonymous_id` and `zip_code`.
///
/// Fields are sorted by name, and `get` is a binary search. Two sets of fields are equal if they have the same names
/// and values. `Debug` shows names, types and lengths, never values. `Serialize` writes the object `data` of a body, and
/// `Deserialize` reads it, as for a [`Payload`](crate::Payload).
///
/// # Examples
///
/// ```
/// use rownd_webhooks::{Fields, Redactable, Value};
///
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
/// let fields = payload.fields();
/// assert!(fields.is_redacted("country"));
/// assert_eq!(fields.value("first_name").and_then(Value::as_str), Some("Juliet"));
/// assert!(fields.names().eq(["country", "email", "first_name", "last_name", "user_id"]));
///
/// let update: Fields<'_> = [("country", Redactable::Visible(Value::from("NO")))].into_iter().collect();
/// assert_eq!(update.len(), 1);
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Fields<'a>(pub(crate) Members<'a, Redactable<Value<'a>>>);

impl<'a> Fields<'a> {
    /// Returns the field with this name, or `None` if it is absent. Names compare byte for byte.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Redactable<Value<'a>>> {
        self.0.get(name)
    }

    /// Returns the value of the field with this name, or `None` if it is absent or redacted.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.get(name)?.visible()
    }

    /// Returns `true` if there is a field with this name, visible or redacted.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns `true` if there is a field with this name and the user has hidden it.
    #[must_use]
    pub fn is_redacted(&self, name: &str) -> bool {
        self.get(name).is_some_and(Redactable::is_redacted)
    }

    /// Returns the text by which a field identifies the user: that of a visible string or number which is not empty.
    ///
    /// Values of other fields and profiles compare with it in the form of [`comparable`](crate::sync::comparable).
    #[must_use]
    pub fn identifier(&self, name: &str) -> Option<&str> {
        identifier(self.get(name)?).map(|text| &**text)
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().len()
    }

    /// Returns `true` if there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Iterates over names and fields, sorted by name.
    #[must_use]
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, &Redactable<Value<'a>>)> + DoubleEndedIterator + Clone {
        self.0.iter()
    }

    /// Iterates over the names, sorted.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + Clone {
        self.iter().map(|(name, _)| name)
    }

    /// Iterates over the names and values of the visible fields, sorted by name: what a store writes.
    #[must_use]
    pub fn visible(&self) -> impl DoubleEndedIterator<Item = (&str, &Value<'a>)> + Clone {
        self.iter().filter_map(|(name, field)| Some((name, field.visible()?)))
    }

    /// Iterates over the names of the redacted fields, sorted: what a store erases.
    #[must_use]
    pub fn redacted(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.iter().filter(|(_, field)| field.is_redacted()).map(|(name, _)| name)
    }

    /// Sets a field and returns the previous one with this name.
    ///
    /// The sentinel becomes `Redacted`. A field whose name serde_json reserves is ignored, since no body can contain it.
    pub fn insert(
        &mut self,
        name: impl Into<Cow<'a, str>>,
        field: Redactable<Value<'a>>,
    ) -> Option<Redactable<Value<'a>>> {
        let (name, field) = checked((name.into(), field))?;
        self.0.insert(name, field)
    }

    /// Removes a field, and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Redactable<Value<'a>>> {
        self.0.remove(name)
    }

    /// Merges an update into a stored profile: its fields, redacted ones too, replace those with the same name.
    ///
    /// ```
    /// use rownd_webhooks::{Fields, Value};
    ///
    /// let mut stored: Fields<'_> = serde_json::from_str(r#"{"user_id":"u","country":"NO"}"#)?;
    /// stored.merge(serde_json::from_str(r#"{"country":"<<REDACTED>>","city":"Oslo"}"#)?);
    /// assert!(stored.is_redacted("country"));
    /// assert!(stored.names().eq(["city", "country", "user_id"]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn merge(&mut self, newer: Self) {
        self.0.merge(newer.0);
    }

    /// Converts the fields into owned ones.
    #[must_use]
    pub fn into_owned(self) -> Fields<'static> {
        Fields(self.0.into_owned(|field| field.map(Value::into_owned)))
    }
}

/// Returns the text by which a field identifies a profile: that of a string or number, visible and not empty.
pub(crate) fn identifier<'f, 'a>(field: &'f Redactable<Value<'a>>) -> Option<&'f Cow<'a, str>> {
    field.visible()?.text().filter(|text| !text.is_empty())
}

/// Returns the field as `Debug` shows it: type and length of a visible value.
pub(crate) fn shown<'f>(field: &'f Redactable<Value<'_>>) -> &'f dyn Debug {
    match field {
        Redactable::Visible(value) => value,
        Redactable::Redacted => field,
    }
}

impl<'a, N: Into<Cow<'a, str>>> FromIterator<(N, Redactable<Value<'a>>)> for Fields<'a> {
    /// Collects fields as [`insert`](Self::insert) sets them: if several have the same name, the last one stays.
    fn from_iter<I: IntoIterator<Item = (N, Redactable<Value<'a>>)>>(fields: I) -> Self {
        let fields = fields.into_iter().filter_map(|(name, field)| checked((name.into(), field)));
        Self(Members::with_last(fields.collect()))
    }
}

/// Redacts a value that is the sentinel. Returns `None` for a name that no body can contain.
fn checked((name, field): Field<'_>) -> Option<Field<'_>> {
    let field = match field {
        Redactable::Visible(value) => field_with(value),
        Redactable::Redacted => field,
    };
    (!is_reserved(&name)).then_some((name, field))
}

impl<'a, N: Into<Cow<'a, str>>> Extend<(N, Redactable<Value<'a>>)> for Fields<'a> {
    /// Sets fields, which replace those with the same name, as [`merge`](Fields::merge) does.
    fn extend<I: IntoIterator<Item = (N, Redactable<Value<'a>>)>>(&mut self, fields: I) {
        self.merge(fields.into_iter().collect());
    }
}

impl<'a> IntoIterator for Fields<'a> {
    type Item = (Cow<'a, str>, Redactable<Value<'a>>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    /// Iterates over names and fields, sorted by name.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Debug for Fields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, field)| (DebugName(name), shown(field)))).finish()
    }
}

type Field<'a> = Member<'a, Redactable<Value<'a>>>;

impl<'f, 'a> IntoIterator for &'f Fields<'a> {
    type Item = (&'f str, &'f Redactable<Value<'a>>);
    type IntoIter = iter::Map<slice::Iter<'f, Field<'a>>, fn(&'f Field<'a>) -> Self::Item>;

    /// Iterates over names and fields, sorted by name.
    fn into_iter(self) -> Self::IntoIter {
        self.0.as_slice().iter().map(|(name, field)| (name, field))
    }
}
