//! A profile's fields, sorted by name.

use std::fmt::{self, Debug, Formatter};
use std::iter::FusedIterator;
use std::slice;

use serde::{Deserialize, Serialize, Serializer};

use crate::decode::{self, DecodeError};
use crate::redactable::Redactable;
use crate::slim::Text;
use crate::sorted::Sorted;
use crate::value::Value;

/// A profile's fields: names to values, each visible or redacted.
///
/// Which fields there are is the operator's choice. Usual names are `user_id`, `email`, `phone_number` (E.164),
/// `first_name`, `last_name`, `google_id`, `apple_id`, `anonymous_id` and `zip_code`.
///
/// They come sorted by name, whatever the body's order. Finding one takes a binary search. Equality does not see the
/// body's order either. `Debug` shows names, types and lengths; `Serialize` writes the object of the wire.
///
/// ```
/// let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
/// let fields = payload.fields();
/// assert!(fields.get("country").unwrap().is_redacted());
/// assert!(fields.iter().map(|(name, _)| name).eq(["country", "email", "first_name", "last_name", "user_id"]));
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields<'a>(pub(crate) Sorted<'a, Redactable<Value<'a>>>);

impl Fields<'_> {
    /// Whether there is a field called `name`, visible or redacted.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.position(name).is_some()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decodes the fields into a struct of your own; see [`Payload::decode`](crate::Payload::decode).
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        decode::fields(self)
    }

    /// The same fields, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Fields<'static> {
        Fields(self.0.into_owned(|field| field.map(Value::into_owned)))
    }
}

impl<'a> Fields<'a> {
    /// Adds the fields of `newer`, which replace those of the same name.
    pub(crate) fn merge(&mut self, newer: Self) {
        self.0.merge(newer.0);
    }

    /// The field called `name`: byte for byte, with no regard to how similar names look.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Redactable<Value<'a>>> {
        self.0.get(name)
    }

    /// Names and values, sorted by name.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, 'a> {
        Iter(self.0.as_slice().iter())
    }

    /// The text of a visible string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.visible()?.as_str()
    }
}

impl Debug for Fields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'f, 'a> IntoIterator for &'f Fields<'a> {
    type Item = (&'f str, &'f Redactable<Value<'a>>);
    type IntoIter = Iter<'f, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The fields of [`Fields::iter`], sorted by name.
#[derive(Clone, Debug)]
pub struct Iter<'f, 'a>(slice::Iter<'f, (Text<'a>, Redactable<Value<'a>>)>);

impl<'f, 'a> Iterator for Iter<'f, 'a> {
    type Item = (&'f str, &'f Redactable<Value<'a>>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, field)| (&**name, field))
    }

    /// At once, and not step by step.
    fn nth(&mut self, index: usize) -> Option<Self::Item> {
        self.0.nth(index).map(|(name, field)| (&**name, field))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_, '_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, field)| (&**name, field))
    }
}

impl ExactSizeIterator for Iter<'_, '_> {}
impl FusedIterator for Iter<'_, '_> {}
