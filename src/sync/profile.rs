//! A profile in a mirror.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use crate::payload::fields::Fields;
use crate::payload::lookup::{LookupValue, identifiers};
use crate::payload::user_id::UserId;
use crate::payload::value::Value;
use crate::redactable::Redactable;
use crate::subject::{Subject, USER_ID, comparable};

/// A profile in a [`Mirror`](super::Mirror).
///
/// `Debug` shows the user id, names, types and lengths, never values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    id: Option<Box<str>>,
    fields: Fields<'static>,
    /// Sorted by field, at most one for each, and none for a field with a visible text.
    lookup_values: Vec<LookupValue<'static>>,
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

    /// Returns the lookup values that the profile is remembered by, sorted by field, in the form of
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
            return self.id.as_deref();
        }
        if let Some(text) = self.fields.identifier(field) {
            return Some(text);
        }
        let index = self.lookup_values.binary_search_by(|lookup| lookup.field().cmp(field)).ok()?;
        self.lookup_values.get(index)?.identifier()
    }

    /// Iterates over the pairs of field and text that identify the profile, the user id among them.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let visible = self.fields.names().filter(|name| *name != USER_ID);
        let visible = visible.filter_map(|name| Some((name, &**self.fields.identifier(name)?)));
        let id = self.id.as_deref().map(|id| (USER_ID, id));
        visible.chain(identifiers(&self.lookup_values)).chain(id)
    }

    /// Returns `true` if a delivery changes nothing.
    pub(super) fn has_all_of(&self, subject: &Subject<'_>, fields: &Fields<'_>) -> bool {
        (self.id.is_some() || subject.user_id().is_none())
            && fields.iter().all(|(name, field)| self.fields.get(name) == Some(field))
            && self.to_remember(subject).iter().all(|(field, text)| self.key(field) == Some(text))
    }

    /// Writes the visible fields of a delivery, erases its redacted ones, and remembers its lookup values.
    pub(super) fn write(&mut self, subject: &Subject<'_>, fields: &Fields<'_>) {
        if self.id.is_none() {
            self.id = subject.user_id().map(|id| id.as_str().into());
        }
        let mut added = Vec::new();
        for (name, field) in fields {
            match self.fields.0.get_mut(name) {
                Some(old) if &*old == field => {}
                Some(old) => *old = field.clone().map(Value::into_owned),
                None => added.push((name.to_owned().into(), field.clone().map(Value::into_owned))),
            }
        }
        if !added.is_empty() {
            self.fields.0.extend(added);
        }

        let newer = self.to_remember(subject);
        let is_shown = |field: &str| self.fields.identifier(field).is_some();
        self.lookup_values.retain(|old| !is_shown(old.field()) && !newer.contains_key(old.field()));
        if !newer.is_empty() {
            let newer = newer.into_iter().map(|(field, text)| {
                LookupValue::new(field.to_owned(), Redactable::Visible(text.into_owned().into()))
            });
            self.lookup_values.extend(newer);
            self.lookup_values.sort_by(|before, after| before.field().cmp(after.field()));
        }
    }

    /// Returns the last usable lookup value for each field that shows no text.
    fn to_remember<'s>(&self, subject: &'s Subject<'_>) -> BTreeMap<&'s str, Cow<'s, str>> {
        identifiers(subject.lookup_values())
            .filter(|(field, _)| *field != USER_ID && self.fields.identifier(field).is_none())
            .map(|(field, value)| (field, comparable(field, value)))
            .collect()
    }
}

impl Debug for Profile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("user_id", &self.user_id())
            .field("fields", &self.fields)
            .field("lookup_values", &self.lookup_values)
            .finish()
    }
}
