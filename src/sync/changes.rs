//! What differs between two sets of fields.

use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::slice;

use crate::fields::Fields;
use crate::redactable::Redactable;
use crate::text::DebugName;
use crate::value::Value;

/// What differs between two sets of fields, sorted by name.
///
/// Values compare by meaning, as [`Value`]'s equality does. It takes linear time.
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
    /// Compares two sets of fields of one profile.
    #[must_use]
    pub fn between(old: &'a Fields<'_>, new: &'a Fields<'_>) -> Self {
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        let mut changes = Vec::new();
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some((old, _)), Some((new, _))) => old.cmp(new),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Self(changes),
            };
            let before = if order.is_le() { old.next() } else { None };
            let after = if order.is_ge() { new.next() } else { None };
            let Some((field, _)) = before.or(after) else { return Self(changes) };
            let (before, after) = (before.map(|(_, value)| value), after.map(|(_, value)| value));
            if let Some(kind) = ChangeKind::of(before, after) {
                changes.push(FieldChange {
                    field,
                    kind,
                    before: before.and_then(Redactable::visible),
                    after: after.and_then(Redactable::visible),
                });
            }
        }
    }

    /// The changes, sorted by the field's name.
    pub fn iter(&self) -> slice::Iter<'_, FieldChange<'a>> {
        self.0.iter()
    }

    /// How many fields differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing differs.
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

/// How one field differs. `Debug` shows its name, types and lengths.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldChange<'a> {
    field: &'a str,
    kind: ChangeKind,
    before: Option<&'a Value<'a>>,
    after: Option<&'a Value<'a>>,
}

impl<'a> FieldChange<'a> {
    /// The field's name.
    #[must_use]
    pub fn field(&self) -> &'a str {
        self.field
    }

    /// How it differs.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// The value before, if there was one in clear.
    #[must_use]
    pub fn before(&self) -> Option<&'a Value<'a>> {
        self.before
    }

    /// The value now, if there is one in clear.
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

/// How a field differs between two sets of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Absent before, in clear now.
    Added,
    /// In clear before and now, with another value.
    Changed,
    /// Absent now.
    Removed,
    /// Redacted now, and not before.
    Redacted,
    /// Redacted before, in clear now.
    Revealed,
}

impl ChangeKind {
    fn of(old: Option<&Redactable<Value<'_>>>, new: Option<&Redactable<Value<'_>>>) -> Option<Self> {
        match (old, new) {
            (None, Some(Redactable::Visible(_))) => Some(Self::Added),
            (Some(Redactable::Visible(old)), Some(Redactable::Visible(new))) => {
                (old != new).then_some(Self::Changed)
            }
            (Some(_), None) => Some(Self::Removed),
            (None | Some(Redactable::Visible(_)), Some(Redactable::Redacted)) => Some(Self::Redacted),
            (Some(Redactable::Redacted), Some(Redactable::Visible(_))) => Some(Self::Revealed),
            (Some(Redactable::Redacted), Some(Redactable::Redacted)) | (None, None) => None,
        }
    }
}
