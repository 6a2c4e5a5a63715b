//! The user whom a payload is about.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::error::ParseError;
use crate::issue::ValidationError;
use crate::payload::Payload;
use crate::payload::fields::identifier;
use crate::payload::lookup::{LookupValue, identifiers};
use crate::payload::user_id::{UserId, described};

/// The field of the user id, which is no identifier as other fields are.
pub(crate) const USER_ID: &str = "user_id";

/// The user whom a payload is about: a user id, or a lookup value that identifies a user, or both.
///
/// At least one of them is present, so a subject always identifies a user. Subjects compare and hash by user id, lookup
/// values and [`identifiers`](Self::identifiers). `Display` is safe to log: it shows the user id, or that there is none.
///
/// # Examples
///
/// ```
/// let event = rownd_webhooks::from_str(rownd_webhooks::testing::samples::DELETE)?.into_event()?;
/// let subject = event.subject().unwrap();
/// assert_eq!(subject.user_id().map(|id| id.as_str()), Some("0e223bd4-1324-49ff-b948-122eeaaa42d1"));
/// assert_eq!(subject.email(), Some("jrose@acme.com"));
/// assert_eq!(subject.to_string(), "user 0e223bd4-1324-49ff-b948-122eeaaa42d1");
/// # Ok::<(), rownd_webhooks::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    user_id: Option<Cow<'a, str>>,
    lookup_values: Vec<LookupValue<'a>>,
    /// The payload's own values of fields that lookup values name, where they differ from these; one for each field, comparable.
    own_values: Vec<LookupValue<'a>>,
}

impl<'a> Payload<'a> {
    /// Returns the user whom the payload is about.
    ///
    /// # Errors
    ///
    /// Returns an error with the code `invalid` if there is neither a user id nor a lookup value that identifies a user.
    pub fn subject(&self) -> Result<Subject<'a>, ParseError> {
        let user_id = self.user_id_text().cloned();
        if user_id.is_none() && identifiers(self.lookup_values()).next().is_none() {
            return Err(ValidationError::new("the payload identifies no user", self.issues()).into());
        }
        let lookup_values = self.lookup_values().to_vec();
        let mut pairs: Vec<_> = comparable_pairs(&lookup_values).collect();
        pairs.sort_unstable();
        // One comparison for each field, so that many lookup values with the name of a long one cost no more.
        let own_values = pairs.chunk_by(|(one, _), (other, _)| one == other).filter_map(|pairs| {
            let (field, _) = pairs.first()?;
            let own = identifier(self.field(field).filter(|_| *field != USER_ID)?)?;
            let pair = (*field, comparable(field, own));
            pairs.binary_search(&pair).is_err().then(|| LookupValue::new(pair.0, pair.1))
        });
        let own_values = own_values.collect();
        Ok(Subject { user_id, lookup_values, own_values })
    }
}

impl<'a> Subject<'a> {
    /// Returns the vendor's id of the user. A key for a store is its [`as_str`](UserId::as_str): `to_string()` escapes.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId<'_>> {
        self.user_id.as_deref().map(UserId)
    }

    /// Returns the e-mail address among the lookup values.
    ///
    /// It may be an old address, or one that the user has hidden. [`Payload::email`] is the address in the profile.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.lookup("email")?.identifier()
    }

    /// Returns the lookup values, in the order of the body.
    #[must_use]
    pub fn lookup_values(&self) -> &[LookupValue<'a>] {
        &self.lookup_values
    }

    /// Returns the first lookup value for a field.
    #[must_use]
    pub fn lookup(&self, field: &str) -> Option<&LookupValue<'a>> {
        self.lookup_values.iter().find(|lookup| lookup.field() == field)
    }

    /// Iterates over the pairs of field and value that identify the user's profile in a store, without the user id: sorted, each
    /// once, and in the form of [`comparable`].
    ///
    /// These are the usable lookup values, and the payload's own visible string or number in each field that one of them names.
    /// After an address change the two differ, and the store may have either one.
    ///
    /// ```
    /// use rownd_webhooks::testing;
    ///
    /// let payload = testing::data_update().field("email", "new@example.com").lookup("email", "Old@Example.com").build();
    /// let subject = payload.subject()?;
    /// let identifiers = subject.identifiers().map(|(field, value)| format!("{field}={value}"));
    /// assert!(identifiers.eq(["email=new@example.com", "email=old@example.com"]));
    /// # Ok::<(), rownd_webhooks::ParseError>(())
    /// ```
    pub fn identifiers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let all = comparable_pairs(&self.lookup_values).chain(comparable_pairs(&self.own_values));
        let mut identifiers: Vec<_> = all.filter(|(field, _)| *field != USER_ID).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        identifiers.into_iter()
    }

    /// Returns a key for partitioning a log, so that the events of one user stay in order. It is never empty.
    ///
    /// It is the user id, or else the alphabetically first usable lookup value in the form of [`comparable`], as in
    /// `email=jrose@acme.com`. It is not a key for a table, since only some deliveries about a user have the id:
    /// [`sync::decide`](crate::sync::decide) says how to find a row. It may be personal data, even of a field that the user has
    /// hidden: hash it where you store it, and use `Display` to log.
    #[must_use]
    pub fn partition_key(&self) -> Cow<'_, str> {
        if let Some(user_id) = self.user_id() {
            return user_id.as_str().into();
        }
        let keys = comparable_pairs(&self.lookup_values);
        // A subject without an id has such a lookup value.
        keys.min().map(|(field, value)| format!("{field}={value}")).unwrap_or_default().into()
    }

    /// Converts the subject into an owned one.
    #[must_use]
    pub fn into_owned(self) -> Subject<'static> {
        let owned = |values: Vec<LookupValue<'_>>| values.into_iter().map(LookupValue::into_owned).collect();
        Subject {
            user_id: self.user_id.map(|id| id.into_owned().into()),
            lookup_values: owned(self.lookup_values),
            own_values: owned(self.own_values),
        }
    }
}

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&described(self.user_id()))
    }
}

/// Returns the form in which values that identify a user are compared: `email` in ASCII lower case, everything else unchanged.
///
/// ```
/// use rownd_webhooks::sync::comparable;
///
/// assert_eq!(comparable("email", "JRose@acme.com"), "jrose@acme.com");
/// assert_eq!(comparable("nickname", "JRose"), "JRose");
/// ```
#[must_use]
pub fn comparable<'v>(field: &str, value: &'v str) -> Cow<'v, str> {
    if field == "email" && value.bytes().any(|byte| byte.is_ascii_uppercase()) {
        value.to_ascii_lowercase().into()
    } else {
        value.into()
    }
}

/// Iterates over the usable lookup values in the form in which they are compared.
fn comparable_pairs<'l>(
    lookup_values: &'l [LookupValue<'_>],
) -> impl Iterator<Item = (&'l str, Cow<'l, str>)> {
    identifiers(lookup_values).map(|(field, value)| (field, comparable(field, value)))
}
