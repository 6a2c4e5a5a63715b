//! The operation of a payload.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::printable::Printable;

/// The operation of a payload: the member `meta.operation`, the only thing that says what happened.
///
/// The HTTP method does not: the operator chooses it. The vendor's payload reference has the four known names. Any other name is
/// kept in [`Unknown`](Self::Unknown).
///
/// The enum is exhaustive on purpose. A release that adds an operation is a breaking one, and the compiler shows every
/// `match` that has to handle it.
///
/// `Display` and `Debug` escape an unknown word and cut it at 64 characters. [`as_str`](Self::as_str) returns it unchanged, as
/// `Serialize` writes it.
///
/// # Examples
///
/// ```
/// use rownd_webhooks::Operation;
///
/// let payload = rownd_webhooks::from_str(r#"{"meta":{"operation":"delete"}}"#)?;
/// assert!(payload.operation() == Operation::Delete);
/// assert!(payload.operation() == "delete");
///
/// let unknown = Operation::from("data_merge");
/// assert_eq!((unknown.as_str(), unknown.label()), ("data_merge", "unknown"));
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation<'a> {
    /// `data_insert`: a profile was created.
    DataInsert,
    /// `data_update`: the fields of a profile changed.
    DataUpdate,
    /// `visibility_update`: a user hid or revealed a field.
    VisibilityUpdate,
    /// `delete`: a profile was deleted.
    Delete,
    /// An operation that this version of the crate does not know. Respond to it with success.
    Unknown(UnknownOperation<'a>),
}

/// The name of an unknown operation.
///
/// It is never one of the four known names: every conversion into an [`Operation`] turns those into their own variants.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownOperation<'a>(Cow<'a, str>);

impl UnknownOperation<'_> {
    /// Returns the word, unchanged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> Operation<'a> {
    #[inline]
    pub(crate) fn from_word(word: Cow<'a, str>) -> Self {
        match &*word {
            "data_insert" => Self::DataInsert,
            "data_update" => Self::DataUpdate,
            "visibility_update" => Self::VisibilityUpdate,
            "delete" => Self::Delete,
            _ => Self::Unknown(UnknownOperation(word)),
        }
    }

    /// Returns the operation's word, such as `data_insert`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown(word) => word.as_str(),
            known => known.label(),
        }
    }

    /// Returns a label for metrics: the word of a known operation, and `unknown` for all others, whatever a sender puts into a
    /// body.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::DataInsert => "data_insert",
            Self::DataUpdate => "data_update",
            Self::VisibilityUpdate => "visibility_update",
            Self::Delete => "delete",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Converts the operation into an owned one.
    #[must_use]
    pub fn into_owned(self) -> Operation<'static> {
        match self {
            Self::Unknown(word) => Operation::Unknown(UnknownOperation(word.0.into_owned().into())),
            known => Operation::from(known.label()),
        }
    }
}

impl<'a> From<&'a str> for Operation<'a> {
    fn from(word: &'a str) -> Self {
        Self::from_word(word.into())
    }
}

impl FromStr for Operation<'static> {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(Self::from_word(word.to_owned().into()))
    }
}

impl PartialEq<Operation<'_>> for &Operation<'_> {
    fn eq(&self, other: &Operation<'_>) -> bool {
        **self == *other
    }
}

impl PartialEq<str> for Operation<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Operation<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl Serialize for Operation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Operation<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer);
        // serde's own message would quote what was found.
        let name = name.map_err(|_| serde::de::Error::custom("expected the name of an operation"))?;
        Ok(Self::from_word(name.into()))
    }
}

impl Display for Operation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printable(self.as_str()).fmt(f)
    }
}

impl Display for UnknownOperation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printable(self.as_str()).fmt(f)
    }
}

impl Debug for UnknownOperation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
