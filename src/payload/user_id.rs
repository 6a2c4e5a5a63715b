//! The vendor's identifier of a user.

use std::fmt::{self, Display, Formatter, Write};

use serde::Serialize;

/// Rownd's user id: an opaque, non-empty string.
///
/// It is a UUID, a string such as `user_a3vc29gjsaf0h`, or whatever an import supplied, which may be an e-mail address. Ids
/// compare byte for byte.
///
/// This is a `Copy` view of the id. As a key for a store, use [`as_str`](Self::as_str) or `String::from(id)`, which return the id
/// unchanged, as `Serialize` writes it. Do not use `to_string()`: `Display` is for logs, and escapes.
///
/// `Display` and `Debug` show the whole id, since logs need identifiers, with control, bidi and separator characters and
/// backslashes escaped. Two different ids never print alike. An id that is an e-mail address therefore appears in logs, also
/// through payloads, events and subjects. If an import has given your users such ids, log
/// [`Operation::label`](crate::Operation::label) and a keyed hash of the id instead.
///
/// # Examples
///
/// ```
/// let payload = rownd_webhooks::testing::delete().user_id(r"DOMAIN\jane").build();
/// let user_id = payload.user_id().unwrap();
/// assert_eq!(user_id.as_str(), r"DOMAIN\jane");
/// assert_eq!(user_id.to_string(), r"DOMAIN\\jane");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId<'a>(pub(crate) &'a str);

impl<'a> UserId<'a> {
    /// Returns the id unchanged: the key for a store.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

impl From<UserId<'_>> for String {
    fn from(id: UserId<'_>) -> Self {
        id.0.to_owned()
    }
}

impl PartialEq<str> for UserId<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for UserId<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl Display for UserId<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '"' | '\'' => f.write_char(character)?,
                _ => write!(f, "{}", character.escape_debug())?,
            }
        }
        Ok(())
    }
}

/// Returns a description of the user for messages.
pub(crate) fn described(user_id: Option<UserId<'_>>) -> String {
    user_id.map_or_else(|| "an unidentified user".to_owned(), |user_id| format!("user {user_id}"))
}
