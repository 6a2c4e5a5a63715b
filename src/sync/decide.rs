//! The decision what to do about a delivery.

use crate::payload::operation::Operation;
use crate::subject::Subject;

/// A store's findings about the subject of a delivery. `K` is the store's own key of a profile, such as a row id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<K> {
    /// The profile with the subject's user id.
    pub profile: Option<K>,
    /// Whether the user id belongs to a deleted user. For a subject without a user id: whether one of its identifiers does.
    pub deleted: bool,
    /// The profiles with one of the subject's [identifiers](Subject::identifiers); only those without a user id if the subject
    /// has one. Two different ones are enough, and none are needed if there is a `profile`.
    pub candidates: Vec<K>,
}

/// The action of a store on a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision<K> {
    /// Create a profile with the delivery's fields.
    Create,
    /// Write the delivery's visible fields to this profile, and erase its redacted ones.
    Update(K),
    /// Delete this profile.
    Delete(K),
    /// Change no profile.
    Nothing(Reason),
}

/// Why no profile is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// This version does not know the operation.
    UnknownOperation,
    /// The user has been deleted.
    Deleted,
    /// There is no profile to delete.
    NotFound,
    /// The identifiers lead to several profiles. Deleting the wrong user is worse than deleting nobody.
    Ambiguous,
}

impl Reason {
    /// Returns the variant's name in snake_case, as a label for metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::UnknownOperation => "unknown_operation",
            Self::Deleted => "deleted",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// Decides what a store does about a delivery: a pure function of what the store has found.
///
/// | | found by id | id deleted | one candidate | several | none |
/// |---|---|---|---|---|---|
/// | `data_insert` | `Update` | as if the id were new | `Update` | `Ambiguous` | `Create` |
/// | `data_update`, `visibility_update` | `Update` | `Deleted` | `Update` | `Ambiguous` | `Create`; `Deleted` if there is no id and an identifier belongs to a deleted user |
/// | `delete` | `Delete` | `NotFound` | `Delete` | `Ambiguous` | `NotFound` |
///
/// The leftmost column that applies decides. Equal candidates count once. An unknown operation is
/// [`UnknownOperation`](Reason::UnknownOperation), whatever was found.
///
/// A store needs two queries before this call, one for the user id and one for the identifiers, and writes once after it. The
/// [module](super#in-sql) has the rules in full and the SQL.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::sync::{Decision, Found, Reason, decide};
/// use rownd_webhooks::testing;
///
/// let payload = testing::data_update().user_id("u-1").lookup("email", "ada@example.com").build();
/// let subject = payload.subject()?;
/// // A row has the user id.
/// let found = Found { profile: Some(7), deleted: false, candidates: vec![] };
/// assert_eq!(decide(payload.operation(), &subject, found), Decision::Update(7));
/// // No row has it, and two rows without an id have the address.
/// let found = Found { profile: None, deleted: false, candidates: vec![3, 4] };
/// assert_eq!(decide(payload.operation(), &subject, found), Decision::Nothing(Reason::Ambiguous));
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
pub fn decide<K: PartialEq>(
    operation: &Operation<'_>,
    subject: &Subject<'_>,
    found: Found<K>,
) -> Decision<K> {
    let (is_insert, is_delete) = match operation {
        Operation::Unknown(_) => return Decision::Nothing(Reason::UnknownOperation),
        Operation::DataInsert => (true, false),
        Operation::DataUpdate | Operation::VisibilityUpdate => (false, false),
        Operation::Delete => (false, true),
    };
    let absent = if is_delete { Reason::NotFound } else { Reason::Deleted };
    let act = if is_delete { Decision::Delete } else { Decision::Update };
    if let Some(profile) = found.profile {
        return act(profile);
    }
    if found.deleted && subject.user_id().is_some() && !is_insert {
        return Decision::Nothing(absent);
    }
    let mut candidates = found.candidates.into_iter();
    match candidates.next() {
        Some(first) if candidates.any(|other| other != first) => Decision::Nothing(Reason::Ambiguous),
        Some(first) => act(first),
        None if is_delete || found.deleted && !is_insert => Decision::Nothing(absent),
        None => Decision::Create,
    }
}
