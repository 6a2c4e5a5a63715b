//! What happened to a profile.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};

use serde::{Serialize, Serializer};

use crate::text::Printable;

/// What happened to a profile: `meta.operation`, the only part of a call that says it.
///
/// The HTTP method says nothing; it is whatever the operator chose for the webhook. The four words are those
/// of the vendor's payload reference. Any other word is kept as it came.
///
/// `Display` and `Debug` escape and cut an unknown word; [`as_str`](Self::as_str) and `Serialize` give it as it came.
///
/// ```
/// use rownd_webhooks::Operation;
///
/// let payload = rownd_webhooks::from_str(r#"{"meta":{"operation":"data_merge"}}"#)?;
/// assert_eq!(*payload.operation(), Operation::Unknown("data_merge".into()));
/// assert_eq!(Operation::Delete.as_str(), "delete");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Operation<'a> {
    /// `data_insert`: a profile was created.
    DataInsert,
    /// `data_update`: a profile's fields changed.
    DataUpdate,
    /// `visibility_update`: a user hid a field, or revealed it.
    VisibilityUpdate,
    /// `delete`: a profile was deleted.
    Delete,
    /// An operation that this version does not know, by the word that came. Answer it with success.
    Unknown(Cow<'a, str>),
}

impl<'a> Operation<'a> {
    const KNOWN: [Self; 4] = [Self::DataInsert, Self::DataUpdate, Self::VisibilityUpdate, Self::Delete];

    /// The word of the wire, such as `data_insert`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DataInsert => "data_insert",
            Self::DataUpdate => "data_update",
            Self::VisibilityUpdate => "visibility_update",
            Self::Delete => "delete",
            Self::Unknown(word) => word,
        }
    }

    pub(crate) fn from_wire(word: impl AsRef<str> + Into<Cow<'a, str>>) -> Self {
        match Self::KNOWN.into_iter().find(|known| known.as_str() == word.as_ref()) {
            Some(known) => known,
            None => Self::Unknown(word.into()),
        }
    }

    /// The same operation, free of the body.
    #[must_use]
    pub fn into_owned(self) -> Operation<'static> {
        match self {
            Self::DataInsert => Operation::DataInsert,
            Self::DataUpdate => Operation::DataUpdate,
            Self::VisibilityUpdate => Operation::VisibilityUpdate,
            Self::Delete => Operation::Delete,
            Self::Unknown(word) => Operation::Unknown(word.into_owned().into()),
        }
    }
}

impl Serialize for Operation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Display for Operation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printable(self.as_str()).fmt(f)
    }
}

impl Debug for Operation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataInsert => f.write_str("DataInsert"),
            Self::DataUpdate => f.write_str("DataUpdate"),
            Self::VisibilityUpdate => f.write_str("VisibilityUpdate"),
            Self::Delete => f.write_str("Delete"),
            Self::Unknown(word) => write!(f, "Unknown(\"{}\")", Printable(word)),
        }
    }
}
