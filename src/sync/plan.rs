//! What a receiver has to do to its own copy of a profile.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Formatter};

use crate::event::Subject;
use crate::fields::Fields;
use crate::operation::Operation;
use crate::payload::Payload;
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
