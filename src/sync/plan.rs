//! What one delivery asks a receiver to do.

use std::fmt::{self, Debug, Formatter};
use std::iter::FusedIterator;

use serde::{Serialize, Serializer};

use crate::error::ParseError;
use crate::event::Event;
use crate::json::printable::DebugName;
use crate::payload::Payload;
use crate::payload::fields::{Fields, FieldsIter};
use crate::payload::operation::Operation;
use crate::payload::value::Value;
use crate::redactable::Redactable;
use crate::subject::Subject;

/// What a delivery asks a receiver to do to its own copy of a profile.
///
/// Applying a plan twice to the same profile equals applying it once. [`Mirror`](super::Mirror) has the rules by which a subject
/// finds a profile.
///
/// Deliveries may overtake one another, and nothing in them shows it: remember the ids of deleted users, so that a late update
/// does not bring one back, and forget such an id only when a `data_insert` names it. A plan does not contain the operation;
/// [`Event::operation`] returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncPlan<'a> {
    /// Write some fields, erase others, and leave alone those that the plan does not name.
    Upsert {
        /// The user whose profile changed.
        subject: Subject<'a>,
        /// The fields to write. `user_id` is one of them if the delivery contains it, even if it is empty.
        set: VisibleFields<'a>,
        /// The fields to erase, since the user has hidden them.
        erase: RedactedNames<'a>,
    },
    /// Forget the user.
    Delete {
        /// The user to forget.
        subject: Subject<'a>,
    },
    /// Do nothing: this version does not know the operation.
    Ignore,
}

impl<'a> SyncPlan<'a> {
    fn upsert(subject: Subject<'a>, fields: &'a Fields<'a>) -> Self {
        let (set, erase) = (VisibleFields(Source::Borrowed(fields)), RedactedNames(Source::Borrowed(fields)));
        Self::Upsert { subject, set, erase }
    }

    /// Returns the user whom the plan is about; `None` if there is nothing to do.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject<'a>> {
        match self {
            Self::Upsert { subject, .. } | Self::Delete { subject } => Some(subject),
            Self::Ignore => None,
        }
    }

    /// Converts the plan into one that owns its data.
    #[must_use]
    pub fn into_owned(self) -> SyncPlan<'static> {
        match self {
            Self::Upsert { subject, set, erase } => SyncPlan::Upsert {
                subject: subject.into_owned(),
                // Names only, so that they do not keep the values of `set`.
                erase: RedactedNames(Source::Owned(
                    erase.iter().map(|name| (name.to_owned(), Redactable::Redacted)).collect(),
                )),
                set: VisibleFields(set.0.into_owned()),
            },
            Self::Delete { subject } => SyncPlan::Delete { subject: subject.into_owned() },
            Self::Ignore => SyncPlan::Ignore,
        }
    }
}

impl Event<'_> {
    /// Returns what the event asks a receiver to do to its own copy of the profile.
    #[must_use]
    pub fn sync_plan(&self) -> SyncPlan<'_> {
        match (self.subject(), self.fields()) {
            (None, _) => SyncPlan::Ignore,
            (Some(subject), None) => SyncPlan::Delete { subject: subject.clone() },
            (Some(subject), Some(fields)) => SyncPlan::upsert(subject.clone(), fields),
        }
    }
}

impl Payload<'_> {
    /// Returns what the payload asks a receiver to do to its own copy of the profile.
    ///
    /// # Errors
    ///
    /// There is no user id and no lookup value that identifies a user, and the operation is known.
    pub fn sync_plan(&self) -> Result<SyncPlan<'_>, ParseError> {
        Ok(match self.operation() {
            Operation::Unknown(_) => SyncPlan::Ignore,
            Operation::Delete => SyncPlan::Delete { subject: self.subject()? },
            Operation::DataInsert | Operation::DataUpdate | Operation::VisibilityUpdate => {
                SyncPlan::upsert(self.subject()?, self.fields())
            }
        })
    }
}

/// The fields that a plan is about. Unlike `Cow`, this converts to a shorter lifetime.
#[derive(Clone)]
enum Source<'a> {
    Borrowed(&'a Fields<'a>),
    Owned(Fields<'a>),
}

impl<'a> Source<'a> {
    fn fields(&self) -> &Fields<'a> {
        match self {
            Self::Borrowed(fields) => fields,
            Self::Owned(fields) => fields,
        }
    }

    fn into_owned(self) -> Source<'static> {
        Source::Owned(match self {
            Self::Borrowed(fields) => fields.clone().into_owned(),
            Self::Owned(fields) => fields.into_owned(),
        })
    }
}

/// The visible fields of a delivery, sorted by name, `user_id` and fields that are `null` included.
///
/// Two are equal if they have the same names and values. `Debug` shows names, types and lengths. `Serialize` writes an object.
#[derive(Clone)]
pub struct VisibleFields<'a>(Source<'a>);

impl<'a> VisibleFields<'a> {
    /// Returns the value of the field with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.fields().value(name)
    }

    /// Returns the number of visible fields. Takes linear time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Returns `true` if there are no visible fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Iterates over names and values, sorted by name.
    #[must_use]
    pub fn iter(&self) -> VisibleFieldsIter<'_, 'a> {
        VisibleFieldsIter(self.0.fields().iter())
    }
}

/// The names of the redacted fields of a delivery, sorted, each once.
///
/// Two are equal if they have the same names. `Serialize` writes an array.
#[derive(Clone)]
pub struct RedactedNames<'a>(Source<'a>);

impl<'a> RedactedNames<'a> {
    /// Returns `true` if the name is among them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.fields().is_redacted(name)
    }

    /// Returns the number of names. Takes linear time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Returns `true` if there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Iterates over the names, sorted.
    #[must_use]
    pub fn iter(&self) -> RedactedNamesIter<'_, 'a> {
        RedactedNamesIter(self.0.fields().iter())
    }
}

/// The iterator of [`VisibleFields::iter`]. `Debug` shows the names that are left.
#[derive(Clone)]
pub struct VisibleFieldsIter<'f, 'a>(FieldsIter<'f, 'a>);

impl<'f, 'a> Iterator for VisibleFieldsIter<'f, 'a> {
    type Item = (&'f str, &'f Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|(name, field)| Some((name, field.visible()?)))
    }
}

impl DoubleEndedIterator for VisibleFieldsIter<'_, '_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.by_ref().rev().find_map(|(name, field)| Some((name, field.visible()?)))
    }
}

impl FusedIterator for VisibleFieldsIter<'_, '_> {}

/// The iterator of [`RedactedNames::iter`]. `Debug` shows the names that are left.
#[derive(Clone)]
pub struct RedactedNamesIter<'f, 'a>(FieldsIter<'f, 'a>);

impl<'f> Iterator for RedactedNamesIter<'f, '_> {
    type Item = &'f str;

    fn next(&mut self) -> Option<&'f str> {
        self.0.find(|(_, field)| field.is_redacted()).map(|(name, _)| name)
    }
}

impl DoubleEndedIterator for RedactedNamesIter<'_, '_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.rfind(|(_, field)| field.is_redacted()).map(|(name, _)| name)
    }
}

impl FusedIterator for RedactedNamesIter<'_, '_> {}

impl<'f, 'a> IntoIterator for &'f VisibleFields<'a> {
    type Item = (&'f str, &'f Value<'a>);
    type IntoIter = VisibleFieldsIter<'f, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'f, 'a> IntoIterator for &'f RedactedNames<'a> {
    type Item = &'f str;
    type IntoIter = RedactedNamesIter<'f, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for VisibleFields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for VisibleFields<'_> {}

impl PartialEq for RedactedNames<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for RedactedNames<'_> {}

impl Debug for VisibleFields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (DebugName(name), value))).finish()
    }
}

impl Debug for RedactedNames<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl Debug for VisibleFieldsIter<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(|(name, _)| DebugName(name))).finish()
    }
}

impl Debug for RedactedNamesIter<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(DebugName)).finish()
    }
}

impl Serialize for VisibleFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl Serialize for RedactedNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
