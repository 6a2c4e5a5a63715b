//! A profile in a mirror.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::payload::fields::{Fields, identifier};
use crate::payload::lookup::{LookupValue, identifiers};
use crate::payload::user_id::UserId;
use crate::payload::value::Value;
use crate::subject::{Subject, USER_ID, comparable};

/// A profile in a [`Mirror`](super::Mirror).
///
/// `Debug` shows the user id, names, types and lengths, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    user_id: Option<Box<str>>,
    fields: Fields<'static>,
    /// Sorted by field, at most one for each, and none for a field with a visible text.
    lookup_values: Vec<LookupValue<'static>>,
}

impl Profile {
    /// Returns the user's id, if a delivery has named it. It stays if the field `user_id` is redacted later.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.user_id.as_deref().map(UserId)
    }

    /// Returns the fields: visible with their latest value, or redacted.
    #[must_use]
    pub fn fields(&self) -> &Fields<'static> {
        &self.fields
    }

    /// Returns the remembered lookup values, sorted by field, in the form of
    /// [`comparable`](super::comparable).
    ///
    /// There is at most one for a field, and none if the field itself has a visible text or number.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'static>] {
        &self.lookup_values
    }

    /// Returns the text that identifies the profile in a field: what is visible, or else what is remembered.
    pub(super) fn key(&self, field: &str) -> Option<&str> {
        if field == USER_ID {
            return self.user_id.as_deref();
        }
        if let Some(text) = self.fields.identifier(field) {
            return Some(text);
        }
        let index = self.lookup_values.binary_search_by(|lookup| lookup.field().cmp(field)).ok()?;
        self.lookup_values.get(index)?.identifier()
    }

    /// Iterates over the pairs of field and text that identify the profile, the user id among them.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let visible = self.fields.iter().filter_map(|(name, field)| Some((name, &**identifier(field)?)));
        let visible = visible.filter(|(name, _)| *name != USER_ID);
        let id = self.user_id.as_deref().map(|id| (USER_ID, id));
        visible.chain(identifiers(&self.lookup_values)).chain(id)
    }

    /// Writes visible fields, erases redacted ones, and remembers lookup values.
    pub(super) fn write(&mut self, subject: &Subject<'_>, fields: &Fields<'_>) {
        if self.user_id.is_none() {
            self.user_id = subject.user_id().map(|id| id.as_str().into());
        }
        let mut added = Vec::new();
        for (name, field) in fields {
            let owned = || field.clone().map(Value::into_owned);
            match self.fields.0.get_mut(name) {
                Some(old) if &*old == field => {}
                Some(old) => *old = owned(),
                None => added.push((kept(name), owned())),
            }
        }
        if !added.is_empty() {
            self.fields.extend(added);
        }

        // The last value for a field stays.
        let named = identifiers(&self.lookup_values).chain(identifiers(subject.lookup_values()));
        let remembered: BTreeMap<_, _> = named
            .filter(|(field, _)| *field != USER_ID && self.fields.identifier(field).is_none())
            .map(|(field, value)| (field, comparable(field, value)))
            .collect();
        let remembered = remembered.into_iter().map(|(field, value)| LookupValue::new(field, value));
        self.lookup_values = remembered.collect();
    }
}

/// Returns an owned name, without allocating for common ones.
fn kept(name: &str) -> Cow<'static, str> {
    const COMMON: [&str; 7] =
        ["country", "email", "first_name", "google_id", "last_name", "phone_number", "user_id"];
    let common = COMMON.into_iter().find(|common| *common == name);
    common.map_or_else(|| name.to_owned().into(), Cow::Borrowed)
}
