//! The differences between two sets of fields.

use std::fmt::{self, Debug, Formatter};
use std::slice;

use crate::json::printable::DebugName;
use crate::payload::fields::Fields;
use crate::payload::members::merged;
use crate::payload::value::Value;
use crate::redactable::Redactable;

/// The differences between two sets of fields, sorted by name.
///
/// Values compare as [`Value`]s do. Comparing takes linear time.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::sync::{ChangeKind, Changes};
/// use rownd_webhooks::testing::samples;
///
/// let before = rownd_webhooks::from_str(samples::DATA_UPDATE)?;
/// let after = rownd_webhooks::from_str(samples::VISIBILITY_UPDATE)?;
/// let changes = Changes::between(before.fields(), after.fields());
/// assert!(changes.iter().map(|change| (change.field(), change.kind())).eq([("country", ChangeKind::Redacted)]));
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes<'a>(Vec<FieldChange<'a>>);

impl<'a> Changes<'a> {
    /// Compares two whole profiles: a field that `new` lacks was removed.
    #[must_use]
    pub fn between(old: &'a Fields<'_>, new: &'a Fields<'_>) -> Self {
        let changes = merged(old.iter(), new.iter()).filter_map(|(field, before, after)| {
            let kind = ChangeKind::of(before, after)?;
            let [before, after] = [before, after].map(|field| field.and_then(Redactable::visible));
            Some(FieldChange { field, kind, before, after })
        });
        Self(changes.collect())
    }

    /// Compares a stored profile with an update that need not be the whole profile: a field that `update` lacks is untouched.
    ///
    /// A store from which hidden fields were erased cannot tell hidden from absent: a repeated update is
    /// [`Redacted`](ChangeKind::Redacted) again, and a reveal is [`Added`](ChangeKind::Added). If that matters, keep the redacted
    /// fields, as [`Fields::merge`] does.
    ///
    /// ```
    /// use rownd_webhooks::{Fields, sync::{ChangeKind, Changes}};
    ///
    /// let stored: Fields<'_> = serde_json::from_str(r#"{"user_id":"u","country":"NO"}"#)?;
    /// let update: Fields<'_> = serde_json::from_str(r#"{"country":"SE"}"#)?;
    /// let changes = Changes::in_update(&stored, &update);
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!(changes.get("country").map(|change| change.kind()), Some(ChangeKind::Changed));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn in_update(stored: &'a Fields<'_>, update: &'a Fields<'_>) -> Self {
        let mut changes = Self::between(stored, update);
        changes.0.retain(|change| change.kind != ChangeKind::Removed);
        changes
    }

    /// Returns the change of a field, if it changed.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&FieldChange<'a>> {
        let index = self.0.binary_search_by(|change| change.field.cmp(field)).ok()?;
        self.0.get(index)
    }

    /// Iterates over the changes, sorted by the field's name.
    pub fn iter(&self) -> slice::Iter<'_, FieldChange<'a>> {
        self.0.iter()
    }

    /// Returns the number of fields that changed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'c, 'a> IntoIterator for &'c Changes<'a> {
    type Item = &'c FieldChange<'a>;
    type IntoIter = slice::Iter<'c, FieldChange<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The change of one field. `Debug` shows its name, types and lengths.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldChange<'a> {
    field: &'a str,
    kind: ChangeKind,
    before: Option<&'a Value<'a>>,
    after: Option<&'a Value<'a>>,
}

impl<'a> FieldChange<'a> {
    /// Returns the field's name, not escaped.
    #[must_use]
    pub fn field(&self) -> &'a str {
        self.field
    }

    /// Returns the kind of change.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// Returns the value before the change, if it was visible.
    #[must_use]
    pub fn before(&self) -> Option<&'a Value<'a>> {
        self.before
    }

    /// Returns the value after the change, if it is visible.
    #[must_use]
    pub fn after(&self) -> Option<&'a Value<'a>> {
        self.after
    }
}

impl Debug for FieldChange<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldChange")
            .field("field", &DebugName(self.field))
            .field("kind", &self.kind)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish()
    }
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// The field was absent and is visible now.
    Added,
    /// The field was visible and has another value now.
    Changed,
    /// The field is absent now.
    Removed,
    /// The field is redacted now and was not before.
    Redacted,
    /// The field was redacted and is visible now.
    Revealed,
}

impl ChangeKind {
    /// Returns the variant's name in lower case, as a label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Redacted => "redacted",
            Self::Revealed => "revealed",
        }
    }

    fn of(old: Option<&Redactable<Value<'_>>>, new: Option<&Redactable<Value<'_>>>) -> Option<Self> {
        Some(match (old, new) {
            _ if old == new => return None,
            (_, None) => Self::Removed,
            (_, Some(Redactable::Redacted)) => Self::Redacted,
            (None, _) => Self::Added,
            (Some(Redactable::Redacted), _) => Self::Revealed,
            (Some(Redactable::Visible(_)), _) => Self::Changed,
        })
    }
}
