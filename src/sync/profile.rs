//! A profile in a mirror, and what it is found by.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use crate::payload::fields::Fields;
use crate::payload::lookup::{LookupValue, identifiers};
use crate::payload::user_id::UserId;
use crate::payload::value::Value;
use crate::redactable::Redactable;
use crate::subject::comparable;

/// A profile in a [`Mirror`](super::Mirror).
///
/// `Debug` shows the user id, names, types and lengths, never values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub(super) id: Option<String>,
    pub(super) fields: Fields<'static>,
    /// Sorted by field, one for each.
    pub(super) lookup_values: Vec<LookupValue<'static>>,
}

impl Profile {
    /// Returns the user's id, if a delivery has named it. It stays if the field `user_id` is redacted later.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.id.as_deref().and_then(UserId::new)
    }

    /// Returns the fields: visible with their latest value, or redacted.
    #[must_use]
    pub fn fields(&self) -> &Fields<'static> {
        &self.fields
    }

    /// Returns the lookup values that belong to this profile, sorted by field, one for each field.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'static>] {
        &self.lookup_values
    }

    /// Keeps the usable lookup values of a delivery, the last one per field. One that compares equal stays as it is.
    pub(super) fn keep(&mut self, lookup_values: &[LookupValue<'_>]) {
        let usable =
            lookup_values.iter().filter_map(|lookup| Some((lookup.field(), (lookup, lookup.identifier()?))));
        let mut latest: BTreeMap<_, _> = usable.collect();
        latest.retain(|field, (_, value)| !self.has_lookup_value(field, value));
        self.lookup_values.retain(|lookup| !latest.contains_key(lookup.field()));
        self.lookup_values.extend(latest.into_values().map(|(lookup, _)| lookup.clone().into_owned()));
        self.lookup_values.sort_by(|before, after| before.field().cmp(after.field()));
    }

    pub(super) fn has_lookup_value(&self, field: &str, value: &str) -> bool {
        let position = self.lookup_values.binary_search_by(|lookup| lookup.field().cmp(field)).ok();
        let held = position.and_then(|position| self.lookup_values.get(position)?.identifier());
        held.is_some_and(|held| comparable(field, held) == comparable(field, value))
    }

    pub(super) fn has_field(&self, field: &str, value: &str) -> bool {
        let text = self.fields.get(field).and_then(text);
        text.is_some_and(|text| comparable(field, text) == comparable(field, value))
    }

    /// Returns the fields and values that the profile is found by.
    pub(super) fn found_by(&self) -> impl Iterator<Item = (By, &str, &str)> {
        let by_field = if self.id.is_some() { By::FieldWithId } else { By::FieldWithoutId };
        let fields = self.fields.iter().filter_map(move |(name, field)| Some((by_field, name, text(field)?)));
        let lookup_values = identifiers(&self.lookup_values);
        fields.chain(lookup_values.map(|(field, value)| (By::LookupValue, field, value)))
    }
}

impl Debug for Profile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("user_id", &self.id.as_deref().and_then(UserId::new))
            .field("fields", &self.fields)
            .field("lookup_values", &self.lookup_values)
            .finish()
    }
}

/// Why a value finds a profile. The order separates the parts of the index that a delivery has to search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    LookupValue,
    FieldWithoutId,
    FieldWithId,
}

/// Returns the text of a field that a lookup value can find: a string or a number, visible and not empty.
fn text<'f>(field: &'f Redactable<Value<'_>>) -> Option<&'f str> {
    field.visible()?.text().map(|text| &**text).filter(|text| !text.is_empty())
}
