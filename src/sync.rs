//! Keeping a copy of profiles in step.
//!
//! A receiver that stores profiles has three questions for each payload: what to write, what to erase, and whom to
//! forget. [`SyncPlan`] answers them, such that applying a plan twice is the same as once, since a delivery may repeat.
//! [`Changes`] tells what differs between two sets of fields, for services that act on a change and not on a state.
//!
//! ```
//! use rownd_webhooks::sync::SyncPlan;
//! use std::collections::BTreeMap;
//!
//! let mut copy: BTreeMap<String, String> = BTreeMap::new();
//! copy.insert("country".into(), "United States".into());
//!
//! let payload = rownd_webhooks::from_str(rownd_webhooks::testing::samples::VISIBILITY_UPDATE)?;
//! match payload.sync_plan()? {
//!     SyncPlan::Upsert { set, erase, .. } => {
//!         for (name, value) in set.iter() {
//!             copy.insert(name.to_owned(), serde_json::to_string(value)?);
//!         }
//!         for name in erase.iter() {
//!             copy.remove(name);
//!         }
//!     }
//!     SyncPlan::Delete { .. } => copy.clear(),
//!     SyncPlan::Ignore => {}
//! }
//! assert_eq!(copy["first_name"], r#""Juliet""#);
//! assert!(!copy.contains_key("country"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::{self, Debug, Formatter};
use std::slice;

use crate::event::Subject;
use crate::fields::Fields;
use crate::operation::Operation;
use crate::payload::Payload;
use crate::redactable::Redactable;
use crate::text::DebugName;
use crate::validate::ValidationError;
use crate::value::Value;

/// What a receiver has to do to its own copy of a profile.
///
/// Applying a plan twice is the same as once. Two deliveries may arrive out of order, and nothing in them tells so:
/// a receiver that keeps tombstones of deleted users is not fooled by a late update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncPlan<'a> {
    /// Write some fields, erase others, leave alone those that the plan does not name.
    Upsert {
        /// Whose profile.
        subject: Subject<'a>,
        /// The fields to write: those in clear, `null` and `user_id` included.
        set: Set<'a>,
        /// The fields to erase, since their user has hidden them: those that are listed but absent from `data`, too.
        erase: Erase<'a>,
    },
    /// Forget the user.
    Delete {
        /// Whose profile it was.
        subject: Subject<'a>,
    },
    /// Do nothing: an operation that this version does not know.
    Ignore,
}

impl<'a> SyncPlan<'a> {
    pub(crate) fn new(payload: &'a Payload<'_>) -> Result<Self, ValidationError> {
        Ok(match payload.operation() {
            Operation::Unknown(_) => Self::Ignore,
            Operation::Delete => Self::Delete { subject: Subject::of(payload)? },
            Operation::DataInsert | Operation::DataUpdate | Operation::VisibilityUpdate => {
                let withheld = payload.fields().iter().filter(|(_, field)| field.is_redacted());
                // Listed but absent: the copy may still hold it.
                let erase: BTreeSet<&str> =
                    withheld.map(|(name, _)| name).chain(payload.redacted()).collect();
                Self::Upsert {
                    subject: Subject::of(payload)?,
                    set: Set(payload.fields()),
                    erase: Erase(erase.into_iter().collect()),
                }
            }
        })
    }
}

/// The fields to write, sorted by name: those in clear, `null` and `user_id` included.
#[derive(Clone)]
pub struct Set<'a>(&'a Fields<'a>);

impl<'a> Set<'a> {
    /// Names and values, sorted by name.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a Value<'a>)> + Clone + use<'a> {
        self.0.iter().filter_map(|(name, field)| Some((name, field.visible()?)))
    }
}

impl PartialEq for Set<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Set<'_> {}

impl Debug for Set<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (DebugName(name), value))).finish()
    }
}

/// The names of the fields to erase, sorted, each once.
#[derive(Clone, PartialEq, Eq)]
pub struct Erase<'a>(Vec<&'a str>);

impl<'a> Erase<'a> {
    /// The names, sorted.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + DoubleEndedIterator + Clone {
        self.0.iter().copied()
    }
}

impl Debug for Erase<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(DebugName)).finish()
    }
}

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
